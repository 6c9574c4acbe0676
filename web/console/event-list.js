/** A list of events beside the life of one of them, with what may be done to many: what the views Queue and Events have in common. */

import { inWords } from './api.js';
import { turn } from './batch.js';
import { button, element, replace, setText } from './elements.js';
import { EventDetail } from './event-detail.js';
import { EventFeed } from './event-feed.js';
import { VERBS, decide, labelOf, replay, verbsForAll } from './event-verbs.js';
import { count, duration, moment, number } from './formats.js';
import { coalesced } from './listeners.js';
import { stateBadge, verbsFor } from './states.js';
import { everySecond, untilDue } from './ticking.js';
import { VirtualList } from './virtual-list.js';

const COLUMNS = [
  { name: 'state', label: 'State' }, { name: 'type', label: 'Event' }, { name: 'preview', label: 'Payload' },
  { name: 'client', label: 'Client' }, { name: 'time', label: 'Accepted' }, { name: 'note', label: 'Note' },
];

export class EventList {
  #app; #detail = null; #options; #empty; #filter = {}; #gathering = null; #ends; #stopTicking = null; #isOver = false;
  #drawBar = coalesced(() => this.#isOver || this.#renderBar());

  /** @param {{label: string, empty: () => HTMLElement, opened: (id: string | null) => void}} options */
  constructor(app, options) {
    this.#app = app;
    this.#options = options;
    this.feed = new EventFeed(app.api, app.activity, app.connected);
    this.list = new VirtualList({
      label: options.label, columns: COLUMNS, key: row => row.id, fill,
      open: row => this.open(row.id), select: () => this.#drawBar(), end: () => this.feed.end(),
    });
    this.bar = element('div.bulk', { role: 'toolbar', 'aria-label': 'What to do with the selected events' });
    this.status = element('p.list-status', { role: 'status' });
    this.#empty = element('div.list-empty', { tabindex: '-1' });
    this.aside = element('div.aside', { hidden: true });
    this.node = element('div.split', {}, element('div.list', {}, this.bar, this.list.node, this.#empty, this.status), this.aside);
    this.node.addEventListener('keydown', event => this.#key(event));
    this.#ends = [
      this.feed.changed.add(() => this.#draw()), app.activity.changed.add(() => this.#drawBar()),
      turn.changed.add(() => this.#drawBar()), turn.gone.add(id => this.#remove(id)),
    ];
    this.#renderBar();
  }

  show(filter) {
    this.#filter = { ...filter };
    this.#gathering?.stop();
    this.list.clearSelection();
    this.feed.show(filter);
  }

  /** What single keys do with what is selected, or else with what is open, or else with the current row. */
  get keys() {
    const act = verb => () => {
      const one = this.#detail?.view.event ?? this.feed.row(this.list.current);
      this.#decide(verb, this.selected.length ? this.selected : [one].filter(Boolean));
    };
    return { r: act('retry'), c: act('cancel'), a: act('approve'), d: act('deny') };
  }

  get selected() { return this.feed.rows.filter(row => this.list.selected.has(row.id)); }

  open(id) {
    if (this.#detail?.id === id) return;
    this.#detail?.view.close();
    this.#detail = null;
    this.node.classList.toggle('is-open', Boolean(id));
    this.aside.hidden = !id;
    this.aside.replaceChildren();
    this.list.current = id ?? this.list.current;
    if (id) {
      const view = new EventDetail(this.#app, id, { close: () => this.#close(), changed: event => this.#take(event) });
      this.#detail = { id, view };
      replace(this.aside, view.node);
      if (matchMedia('(max-width: 60rem)').matches) view.node.focus();
    }
    this.list.refresh();
    this.#options.opened(id);
  }

  close() {
    this.#isOver = true;
    this.#gathering?.stop();
    this.#stopTicking?.();
    this.#ends.forEach(end => end());
    this.#detail?.view.close();
    this.feed.close();
    this.list.close();
  }

  #close() {
    this.open(null);
    this.#focusList();
  }

  /** The focus stays in the view when what had it is gone. */
  #focusList() {
    for (const node of [this.list.node, this.#empty, this.#detail?.view.node]) {
      node?.focus();
      if (node && document.activeElement === node) return;
    }
  }

  async #decide(verb, events) {
    if (verb === 'replay') await replay(this.#app, events);
    else await decide(this.#app, verb, events, event => this.#take(event));
    if (!this.#isOver && document.activeElement === document.body) this.#focusList();
  }

  #take(event) {
    if (this.#isOver) return;
    this.feed.take(event);
    this.#drawBar();
    this.list.refresh();
  }

  #remove(id) {
    this.feed.remove(id);
    if (this.#detail?.id === id) this.#close();
  }

  #draw() {
    const { rows, isLoading, isComplete, error } = this.feed;
    const isEmpty = rows.length === 0 && !isLoading;
    const isFocused = [this.list.node, this.#empty].some(node => node.contains(document.activeElement));
    this.list.show(rows);
    this.list.node.hidden = isEmpty;
    this.list.node.classList.toggle('is-loading', rows.length === 0 && isLoading);
    this.#empty.hidden = !isEmpty;
    if (isEmpty) {
      replace(this.#empty, error
        ? element('div.empty', {}, element('h3', {}, 'The events cannot be shown'), element('p', {}, inWords(error)), button('Try again', () => this.feed.more(), { class: 'primary' }))
        : this.#options.empty());
    }
    if (isFocused && !this.node.contains(document.activeElement)) this.#focusList();
    const more = isComplete ? '' : rows.length ? ', more as you scroll' : '';
    setText(this.status, error && rows.length ? inWords(error) : rows.length ? `${count(rows.length, 'event')}${more}` : '');
    // The notes of events that wait name how long it takes until their next try.
    if (rows.some(row => row.dueAt)) this.#stopTicking ??= everySecond(() => this.list.refresh());
    else {
      this.#stopTicking?.();
      this.#stopTicking = null;
    }
    this.#drawBar();
  }

  #renderBar() {
    const focused = this.bar.contains(document.activeElement) ? document.activeElement.dataset.verb ?? '' : null;
    const work = turn.batch?.total > 1 ? turn.batch : this.#gathering;
    if (work) this.#renderProgress(work);
    else this.#renderVerbs();
    if (focused !== null && !this.bar.contains(document.activeElement)) {
      const same = focused && this.bar.querySelector(`[data-verb="${focused}"]`);
      if (same) same.focus();
      else this.#focusList();
    }
    // Not disabled for good: a disabled button loses the focus.
    for (const node of this.bar.querySelectorAll('.verb')) node.setAttribute('aria-disabled', turn.isTaken);
  }

  #renderProgress(work) {
    if (this.bar.shownFor !== work) {
      this.bar.shownFor = work;
      const words = element('strong');
      const track = element('progress', { 'aria-label': work.words });
      replace(this.bar, words, track, button('Stop', () => work.stop(), { data: { verb: 'stop' } }));
      this.bar.draw = () => {
        const done = work.tried ?? work.done;
        setText(words, `${work.isStopped ? 'Stopping' : work.words}: ${number(done)}${work.total ? ` of ${number(work.total)}` : ''}`);
        if (work.total) Object.assign(track, { max: work.total, value: done });
      };
    }
    this.bar.draw();
  }

  #renderVerbs() {
    const selected = this.selected;
    const fitting = verb => selected.filter(row => verbsFor(row).includes(verb)).length;
    const verbs = verbsForAll(selected).map(verb => ({ verb, words: labelOf(verb, fitting(verb), fitting(verb) < selected.length) }));
    const all = this.#wordsForAll(selected.length);
    const key = JSON.stringify([selected.length, verbs, all]);
    if (this.bar.shownFor === key) return;
    this.bar.shownFor = key;
    const verbButton = (words, verb, kind = '') => button(words, () => this.#decide(verb, this.selected), { class: `verb ${kind}`, data: { verb } });
    const everything = all ? button(all, () => this.#gather(), { data: { verb: 'all' } }) : null;
    if (!selected.length) replace(this.bar, element('span.note', {}, 'Select events to decide about many at once.'), everything);
    else {
      replace(this.bar, element('strong', {}, `${count(selected.length, 'event')} selected`),
        verbs.map(({ verb, words }) => verbButton(words, verb, VERBS[verb].kind)), verbButton('Replay…', 'replay'),
        everything, button('Clear', () => this.list.clearSelection(), { class: 'quiet', data: { verb: 'clear' } }));
    }
  }

  /** The words of the button that selects all; null when there are no more. */
  #wordsForAll(selected) {
    const { rows, isComplete, isLoading } = this.feed;
    if (!rows.length || (isComplete && selected === rows.length)) return null;
    if (isComplete) return `Select all ${number(rows.length)}`;
    // While the first pages come, nobody knows whether there are more.
    const total = this.#total();
    return isLoading && !total ? null : `Select all ${total ? `${number(total)} ` : ''}that fit`;
  }

  /** How many events fit, if the counts by state tell. */
  #total() {
    const { states = [], type, client, text, from, to } = this.#filter;
    const { counts } = this.#app.activity;
    if (!counts || !states.length || type || client || text || from || to) return null;
    return Math.max(this.feed.rows.length, states.reduce((sum, state) => sum + (counts[state] ?? 0), 0));
  }

  /** Loads all that fit, and selects them. */
  async #gather() {
    const { feed } = this;
    const gathering = { words: 'Loading', done: feed.rows.length, total: this.#total(), isStopped: false, stop: () => { gathering.isStopped = true; } };
    this.#gathering = gathering;
    let isFull = false;
    while (!feed.isComplete && !gathering.isStopped && !isFull) {
      this.#drawBar();
      const loading = feed.isLoading ? nextOf(feed.changed) : feed.more();
      isFull = !feed.isLoading;
      await loading;
      gathering.done = feed.rows.length;
      if (feed.error) break;
    }
    this.#gathering = null;
    if (this.#isOver) return;
    if (feed.error) this.#app.notices.warn(inWords(feed.error));
    else if (!gathering.isStopped) {
      this.list.selected = new Set(feed.rows.map(row => row.id));
      if (isFull && !feed.isComplete) this.#app.notices.hint(`A list holds ${count(feed.rows.length, 'event')} and no more: decide about these first.`);
      this.list.refresh();
    }
    this.#drawBar();
  }

  #key(event) {
    if (event.key === 'Escape' && this.#detail && !event.defaultPrevented) this.#close();
  }
}

/** Resolves when it is told the next time. */
const nextOf = listeners => new Promise(resolve => {
  const end = listeners.add(() => {
    end();
    resolve();
  });
});

function fill(cells, row) {
  if (cells.state.shownState !== row.state) {
    cells.state.shownState = row.state;
    replace(cells.state, stateBadge(row.state));
  }
  setText(cells.type, row.type);
  setText(cells.preview, row.preview);
  setText(cells.client, row.client);
  setText(cells.time, moment(row.acceptedAt));
  setText(cells.note, noteOf(row));
  const name = `Select ${row.type} of ${moment(row.acceptedAt)}`;
  cells.check ??= cells.state.parentElement.querySelector('.row-check');
  if (cells.check.ariaLabel !== name) cells.check.ariaLabel = name;
}

function noteOf(row) {
  if (row.state === 'retrying' && row.dueAt) return `attempt ${row.attempt + 1} ${untilDue(row.dueAt)}`;
  if (row.state === 'waiting') return row.waitsFor?.name ? `for ${row.waitsFor.name}` : 'for you';
  if (row.error && row.state !== 'succeeded') return row.error.message;
  if (row.finalAt) return duration(row.finalAt - row.acceptedAt);
  return row.attempt > 1 ? `attempt ${row.attempt}` : '';
}
