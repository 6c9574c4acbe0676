/** An event's whole life: what came in, each attempt with its steps and output, what is next, what went back. */

import { inWords } from './api.js';
import { turn } from './batch.js';
import { copyButton } from './dialogs.js';
import { button, element, replace, setText } from './elements.js';
import { VERBS, decide, labelOf, replay } from './event-verbs.js';
import { dateAndTime, duration, moment } from './formats.js';
import { icon } from './icons.js';
import { jsonView } from './json-view.js';
import { throttled } from './listeners.js';
import { outputLine, outputView } from './output-view.js';
import { facts, stepsView } from './plan-view.js';
import { isFinal, stateBadge, verbsFor } from './states.js';
import { everySecond, untilDue } from './ticking.js';

export class EventDetail {
  #app; #id; #options; #output = null; #turn = new AbortController(); #ends; #opened = new Set(); #stopTicking = null;
  #load = throttled(300, () => this.#fetch());

  /** @param {{close?: () => void, changed?: (event: object) => void}} options */
  constructor(app, id, options = {}) {
    this.#app = app;
    this.#id = id;
    this.#options = options;
    this.node = element('section.detail', { 'aria-label': 'Event', tabindex: '-1' });
    this.#ends = [app.activity.states.add(message => message.id === id && this.#load()), app.connected.add(() => this.#load()), turn.changed.add(() => this.#drawTurn())];
    this.#load();
  }

  close() {
    this.#turn.abort();
    this.#load.cancel();
    this.#output?.close();
    this.#stopTicking?.();
    this.#ends.forEach(end => end());
  }

  async #fetch() {
    try {
      const event = await this.#app.api.event(this.#id, { signal: this.#turn.signal });
      this.event = event;
      this.#options.changed?.(event);
      this.#draw(event);
    } catch (error) {
      if (this.#turn.signal.aborted) return;
      replace(this.node, element('header.detail-head', {}, element('h2', {}, 'This event cannot be shown'), this.#closeButton()), element('p.problem', {}, inWords(error)));
    }
  }

  #closeButton() {
    return this.#options.close ? button(icon('close'), this.#options.close, { class: 'quiet icon-button', 'aria-label': 'Close the event' }) : null;
  }

  #draw(event) {
    const place = this.node.scrollTop;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset?.verb ?? null : undefined;
    this.#output?.close();
    this.#output = null;
    this.#stopTicking?.();
    this.#stopTicking = null;
    const verbs = verbsFor(event).map(verb => button(labelOf(verb), () => this.#decide(verb, event), { class: `verb ${VERBS[verb].kind}`, data: { verb } }));
    verbs.push(button('Replay…', () => this.#decide('replay', event), { class: 'verb', data: { verb: 'replay' } }));
    replace(this.node,
      element('header.detail-head', {}, element('div', {}, element('h2', {}, event.type), stateBadge(event.state)), this.#closeButton()),
      element('div.verbs', { role: 'group', 'aria-label': 'What to do with it' }, ...verbs),
      facts({
        From: [event.client, event.origin].filter(Boolean).join(' at '), Action: event.action, 'Decided by': event.rule,
        Id: element('span', {}, element('code', {}, event.id), ' ', copyButton(event.id)), Key: element('code', {}, event.idempotencyKey),
        Expires: event.expiresAt && !isFinal(event.state) && event.attempt === 0 ? moment(event.expiresAt) : null,
      }),
      event.state === 'waiting' && event.plan ? [element('h3', {}, 'What it would do'), stepsView(event.plan.steps)] : null,
      element('h3', {}, 'Timeline'), this.#timeline(event),
      element('h3', {}, 'Payload'), jsonView(event.payload, 'Payload'),
      event.result !== undefined ? [element('h3', {}, 'Result'), jsonView(event.result, 'Result')] : null,
      event.confirmation ? [element('h3', {}, 'Confirmation'), jsonView(event.confirmation, 'Confirmation')] : null);
    this.node.scrollTop = place;
    this.#drawTurn();
    if (focused) (this.node.querySelector(`[data-verb="${focused}"]`) ?? this.node).focus();
    else if (focused === null) this.node.focus();
  }

  async #decide(verb, event) {
    if (verb === 'replay') await replay(this.#app, [event]);
    else await decide(this.#app, verb, [event], changed => this.#options.changed?.(changed));
    // What asked may have been drawn anew meanwhile.
    if (this.node.isConnected && document.activeElement === document.body) this.node.focus();
  }

  /** Not disabled for good: a disabled button loses the focus. */
  #drawTurn() {
    for (const node of this.node.querySelectorAll('.verb')) node.setAttribute('aria-disabled', turn.isTaken);
  }

  /** Words that name how long it takes, for as long as they are shown. */
  #ticking(words) {
    const node = element('span', {}, words());
    this.#stopTicking = everySecond(() => setText(node, words()));
    return node;
  }

  #timeline(event) {
    const items = [entry('queued', 'Accepted', event.acceptedAt)];
    if (event.approval) items.push(...approvalEntries(event.approval));
    event.attempts.forEach((attempt, index) => items.push(this.#attempt(event, attempt, index === event.attempts.length - 1)));
    if (event.state === 'waiting') {
      const what = event.waitsFor?.for === 'bus_name' ? `Waits for ${event.waitsFor.name} on the ${event.waitsFor.bus} bus` : 'Waits for the person at the desk';
      items.push(entry('waiting', what, null, event.waitsUntil ? element('p.note', {}, this.#ticking(() => `at most until ${moment(event.waitsUntil)} (${untilDue(event.waitsUntil)})`)) : null));
    }
    if (event.state === 'retrying') {
      items.push(entry('retrying', this.#ticking(() => `Next try ${untilDue(event.dueAt)}`), event.dueAt, element('p.note', {}, `attempt ${event.attemptsUsed + 1} of ${event.maximumAttempts}`)));
    } else if (event.state === 'queued') {
      items.push(entry('queued', 'Waits for its turn', null, event.dueAt && Date.parse(event.dueAt) > Date.now() ? element('p.note', {}, `not before ${moment(event.dueAt)}`) : null));
    } else if (isFinal(event.state)) {
      const seq = event.confirmation?.seq ? element('p.note', {}, `${event.confirmation.type}, seq ${event.confirmation.seq}`) : null;
      const error = event.error && event.attempts.at(-1)?.error?.message !== event.error.message ? failure(event.error) : null;
      const took = event.finalAt ? ` after ${duration(Date.parse(event.finalAt) - Date.parse(event.acceptedAt))}` : '';
      const words = { succeeded: 'Succeeded', failed: 'Failed', cancelled: 'Cancelled', expired: 'Expired', unknown: 'Outcome unknown' };
      items.push(entry(event.state, words[event.state] + took, event.finalAt, error, seq));
    }
    return element('ol.timeline', {}, ...items);
  }

  #attempt(event, attempt, isLast) {
    const state = attempt.outcome === 'interrupted' ? 'unknown' : attempt.outcome ?? 'running';
    const took = attempt.endedAt ? `, ${attempt.outcome} after ${duration(Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt))}` : ', under way';
    const steps = event.steps.filter(step => step.attempt === attempt.number);
    const done = steps.map(({ id, result }) => this.#foldable(`step-${id}`, [icon('state-succeeded'), ` Step ${id}`], () => jsonView(result, `Result of ${id}`)));
    let output = null;
    if (isLast && !attempt.endedAt) {
      if (attempt.outputFrom !== undefined) this.#app.outputs.addSnapshot(event.id, attempt);
      this.#output = outputView(this.#app.outputs, event.id);
      output = this.#output.node;
    } else if (attempt.output.length) {
      const lines = attempt.output.map(({ stream, text }) => outputLine(stream, text));
      output = element('pre.output', { tabindex: '0', role: 'group', 'aria-label': `Output of attempt ${attempt.number}` }, element('code', {}, ...lines));
    }
    const plan = attempt.plan?.steps ?? (Array.isArray(attempt.plan) ? attempt.plan : null);
    const planned = attempt.plan ? this.#foldable(`plan-${attempt.number}`, 'Plan', () => (plan ? stepsView(plan) : jsonView(attempt.plan, 'Plan'))) : null;
    return entry(state, `Attempt ${attempt.number}${took}`, attempt.startedAt, ...done, output, attempt.error ? failure(attempt.error) : null, planned);
  }

  /** Details that stay open when the event is drawn again. */
  #foldable(name, summary, content) {
    const node = element('details', {}, element('summary', {}, ...[summary].flat()));
    const fill = () => {
      if (node.open && node.childElementCount === 1) node.append(content());
      if (node.open) this.#opened.add(name);
      else this.#opened.delete(name);
    };
    node.open = this.#opened.has(name);
    fill();
    node.addEventListener('toggle', fill);
    return node;
  }
}

const entry = (state, words, at, ...more) => element('li', { data: { state } }, icon(`state-${state}`), element('div', {},
  element('p.entry-head', {}, element('strong', {}, words), at ? element('time', { datetime: at, title: dateAndTime(at) }, moment(at)) : null), ...more));

const failure = ({ code, message }) => element('p.problem', {}, element('span', {}, message, ' ', element('code', {}, code)));

function approvalEntries({ askedAt, answer, answeredAt, place, reason }) {
  const items = [entry('waiting', 'Asked the person at the desk', askedAt)];
  const words = { approved: 'Approved', denied: 'Denied', timed_out: 'Nobody answered in time', withdrawn: 'Question withdrawn' };
  if (answer) {
    const from = place ? `by ${{ notification: 'the notification', command: 'the command line', http: 'the console' }[place] ?? place}` : '';
    const why = [from, reason].filter(Boolean).join(': ');
    items.push(entry(answer === 'approved' ? 'succeeded' : 'cancelled', words[answer] ?? answer, answeredAt, why ? element('p.note', {}, why) : null));
  }
  return items;
}
