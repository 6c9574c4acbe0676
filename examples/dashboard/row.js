import { visible } from './visible.js';

const STATES = {
  pending: 'Waits for the bridge', queued: 'In the queue', running: 'Running', retrying: 'Will try again', waiting: 'Waits for approval',
  succeeded: 'Done', failed: 'Failed', cancelled: 'Cancelled', expired: 'Expired', unknown: 'Look at the desk', refused: 'Refused',
};

/** One project or shot in the table: what it is, how far the desk is with it, what it wrote. Whatever comes from outside is shown as text. */
export class Row {
  #delivery = null;
  #log = [];

  constructor(item, { start, cancel }) {
    this.item = item;
    this.title = item.title;
    this.name = made('bdi', { textContent: visible(item.title, 400) });
    this.badge = made('span', { className: 'badge', textContent: 'Not started' });
    this.folder = made('td', { className: 'folder' });
    this.text = made('div');
    this.folder.append(this.text);
    this.startButton = made('button', { className: 'start', textContent: 'Start', type: 'button', onclick: start });
    this.cancelButton = made('button', { textContent: 'Cancel', type: 'button', hidden: true, onclick: () => cancel(this.#delivery).catch((error) => this.#note(error.message)) });
    this.logButton = made('button', { textContent: 'Log', type: 'button', hidden: true, onclick: () => this.#toggle() });
    for (const button of [this.startButton, this.cancelButton, this.logButton]) button.setAttribute('aria-label', `${button.textContent} ${visible(item.payload.name, 80)}`);
    this.logButton.setAttribute('aria-expanded', 'false');

    const row = made('tr', { className: item.kind });
    row.dataset.item = item.id;
    const head = made('th', { scope: 'row' });
    head.append(this.name);
    const state = made('td', { className: 'state' });
    state.append(this.badge);
    const actions = made('td', { className: 'actions' });
    const buttons = made('div');
    buttons.append(this.logButton, this.cancelButton, this.startButton);
    actions.append(buttons);
    row.append(head, made('td', { className: 'due', textContent: item.due }), state, this.folder, actions);

    this.logRow = made('tr', { className: 'log', hidden: true });
    this.pre = made('pre', { tabIndex: 0 });
    this.pre.setAttribute('aria-label', `Log of ${visible(item.payload.name, 80)}`);
    const cell = made('td', { colSpan: 5 });
    cell.append(this.pre);
    this.logRow.append(cell);
    this.elements = [row, this.logRow];

    const kept = JSON.parse(localStorage.getItem(this.#place) ?? 'null');
    if (kept) this.#show(kept.state, kept.text);
  }

  get #place() { return `tracker.row ${this.item.id}`; }

  focus() { this.startButton.focus(); }

  /** A delivery began, or was found again. */
  follow(delivery) {
    this.#delivery = delivery;
    this.#log = [];
    this.pre.textContent = '';
    this.#show(delivery.state, '');
    this.#note(delivery.restored ? 'kept from before' : `sent by ${delivery.payload.user}`);
  }

  tell(update) {
    switch (update.kind) {
      case 'confirmation': return this.confirm(update.confirmation);
      case 'accepted': return this.#show(update.state, '');
      case 'state':
        this.#note(`${STATES[update.after]}${update.attempt > 1 ? `, attempt ${update.attempt}` : ''}${update.error ? `: ${update.error.message}` : ''}`);
        return this.#show(update.after, update.error?.message ?? '');
      case 'output':
        if (update.dropped) this.#note(`(${update.dropped} lines came too fast)`);
        return this.#note(...update.lines.map((line) => `  ${line}`));
    }
  }

  confirm({ payload, error, idempotencyKey }) {
    // A confirmation of an earlier start says nothing about a newer one.
    if (this.#delivery && this.#delivery.idempotencyKey !== idempotencyKey) return;
    if (this.badge.dataset.confirmed !== idempotencyKey) this.#note(error ? error.message : 'confirmed');
    this.badge.dataset.confirmed = idempotencyKey;
    if (!error) this.#show('succeeded', String(payload.path ?? payload.name ?? ''));
    else this.#show(STATES[error.code] ? error.code : 'failed', error.message);
  }

  refuse(error) {
    this.#show(error.code === 'cancelled' ? 'cancelled' : 'refused', error.message);
    this.#note(error.message);
  }

  #show(state, text) {
    this.badge.dataset.state = state;
    this.badge.textContent = STATES[state] ?? state;
    this.text.textContent = visible(text, 2000);
    const isTrouble = ['failed', 'refused', 'expired', 'unknown'].includes(state);
    this.folder.classList.toggle('error', isTrouble || state === 'retrying');
    const isUnderWay = ['pending', 'queued', 'running', 'retrying', 'waiting'].includes(state);
    this.startButton.disabled = isUnderWay;
    this.startButton.classList.toggle('again', state === 'succeeded');
    this.cancelButton.hidden = !isUnderWay || !this.#delivery;
    localStorage.setItem(this.#place, JSON.stringify({ state, text: text.slice(0, 2000) }));
  }

  #note(...lines) {
    this.#log.push(...lines.map((line) => visible(line, 2000)));
    this.#log.splice(0, this.#log.length - 500);
    const isAtEnd = this.pre.scrollTop + this.pre.clientHeight >= this.pre.scrollHeight - 4;
    this.pre.textContent = this.#log.join('\n');
    if (isAtEnd) this.pre.scrollTop = this.pre.scrollHeight;
    this.logButton.hidden = false;
  }

  #toggle() {
    this.logRow.hidden = !this.logRow.hidden;
    this.logButton.setAttribute('aria-expanded', String(!this.logRow.hidden));
  }
}

const made = (name, properties = {}) => Object.assign(document.createElement(name), properties);
