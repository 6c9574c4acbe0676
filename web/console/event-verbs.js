/** What a person may do with events, one or many, and what is asked before. */

import { NoAnswer, inWords } from './api.js';
import { Batch, turn } from './batch.js';
import { confirmed, copyButton, showDialog } from './dialogs.js';
import { element } from './elements.js';
import { count, number } from './formats.js';
import { beginning } from './hidden-characters.js';
import { stepsView } from './plan-view.js';
import { verbsFor } from './states.js';

const NAMED = 8;

export const VERBS = {
  approve: {
    label: 'Approve', doing: 'Approving', done: 'approved', kind: 'primary', not: () => 'Decide later',
    asks: true, isDangerous: false,
    question: 'It starts at once, as its plan says.', ofMany: 'Each starts at once, as its plan says.',
  },
  deny: {
    label: 'Deny', doing: 'Denying', done: 'denied', kind: 'danger', asks: true,
    question: 'It will not run, and its sender is told so. This cannot be undone.',
    ofMany: 'They will not run, and their senders are told so. This cannot be undone.',
  },
  retry: {
    label: 'Retry', doing: 'Retrying', done: 'queued again', kind: '', asks: 'many', isDangerous: false,
    ofMany: 'Each goes on at the step that failed, with all its attempts again.',
  },
  cancel: {
    label: 'Cancel', doing: 'Cancelling', done: 'cancelled', kind: 'danger', asks: true,
    question: 'A step that is under way is stopped; what it did so far stays. This cannot be undone, but the event can be retried.',
    ofMany: 'Steps that are under way are stopped; what they did so far stays. This cannot be undone, but the events can be retried.',
  },
  resolve: { label: 'Resolve', doing: 'Resolving', done: 'resolved', kind: 'primary', asks: true },
  drop: {
    label: 'Drop', doing: 'Dropping', done: 'dropped', kind: 'danger', asks: true,
    question: 'Its payload, attempts and output are removed for good. Its key stays known, so that it never runs again.',
    ofMany: 'Their payloads, attempts and output are removed for good. Their keys stay known, so that they never run again.',
  },
};

/** The verbs that at least one of these events may take. */
export const verbsForAll = events => Object.keys(VERBS).filter(verb => events.some(event => verbsFor(event).includes(verb)));

/** The words of a verb's button: three dots say that it asks first. */
export function labelOf(verb, size = 1, isPart = false) {
  const { label, asks } = VERBS[verb];
  return `${label}${isPart ? ` ${number(size)}` : ''}${asks === true || (asks === 'many' && size > 1) ? '…' : ''}`;
}

const questionOf = (verb, events) => VERBS[verb][events.length > 1 ? 'ofMany' : 'question'];
const these = events => (events.length === 1 ? 'the event' : count(events.length, 'event'));
const named = events => (events.length === 1 ? events[0].type : count(events.length, 'event'));

/**
 * Asks if need be, then does it, and says how it went. Does nothing while something else is being decided.
 *
 * @param {object} app
 * @param {string} verb one of `VERBS`
 * @param {object[]} events of the bridge, or rows of a list; those that may not take the verb are left out
 * @param {(event: object) => void} took told each event as it is afterwards; of one that is gone, `turn.gone` tells
 */
export async function decide(app, verb, events, took = () => {}) {
  if (turn.isTaken) {
    if (turn.batch?.total > 1) app.notices.hint(`Wait for this to end, or stop it: ${turn.batch.words} ${count(turn.batch.total, 'event')}.`);
    return;
  }
  const fit = events.filter(event => verbsFor(event).includes(verb));
  if (!fit.length) return app.notices.hint(whyNot(verb, events));
  await turn.take(async () => {
    const answer = await ask(app, verb, fit);
    if (!answer) return;
    const batch = new Batch(VERBS[verb].doing, fit);
    await batch.run(async event => {
      try {
        const after = await app.api.decide(event.id, verb, answer.body);
        if (verb === 'drop') turn.gone.tell(event.id);
        else took(after);
      } catch (error) {
        if (error.status === 404) turn.gone.tell(event.id);
        throw error;
      }
    });
    report(app, VERBS[verb].done, batch);
  });
}

/** Sends the same again as new events, after showing what they would do. */
export const replay = (app, events) => turn.take(async () => {
  const plans = await Promise.all(events.slice(0, NAMED).map(async ({ id }) => {
    try {
      const event = await app.api.event(id);
      const { decision, plan } = await app.api.plan(event.type, event.payload);
      const steps = plan ? plan.steps.map(step => element('li', {}, step.summary ?? `${step.id}: known after ${step.knownAfter}`)) : [];
      const verdict = decision.effect === 'deny' ? `would be refused: ${decision.reason}` : decision.effect === 'ask' ? 'would ask for approval' : 'would run';
      return element('li', {}, element('strong', {}, event.type), ` ${verdict}`, element('ol.plan-summary', {}, ...steps));
    } catch (error) {
      return element('li', {}, `${id}: ${inWords(error)}`);
    }
  }));
  const more = events.length > NAMED ? element('p', {}, `and ${count(events.length - NAMED, 'more event')}, not shown here`) : null;
  const title = events.length === 1 ? 'Replay this event?' : `Replay ${count(events.length, 'event')}?`;
  const note = 'Each becomes a new event with the same type and payload, and runs every step again.';
  const content = [element('p', {}, note), element('ul.replay-plans', {}, ...plans), more];
  if (!await confirmed(title, content, `Replay ${these(events)}`, { isDangerous: false, no: 'Send nothing' })) return;
  const batch = new Batch('Sending again', events);
  await batch.run(({ id }) => app.api.decide(id, 'replay', {}));
  report(app, 'sent again', batch);
});

function whyNot(verb, events) {
  if (!events.length) return 'Select or open an event first.';
  return events.length === 1 ? `${events[0].type} is ${events[0].state}: there is nothing to ${verb}.` : `None of ${count(events.length, 'event')} can take ${verb} in its state.`;
}

/** @returns {Promise<{body?: object} | null>} what to send; null if the person decided otherwise */
async function ask(app, verb, events) {
  if (verb === 'resolve') return askResolution(events);
  if (verb === 'deny') return askDenial(app, events);
  const { asks, label, isDangerous = true, not = all => `Keep ${these(all)}` } = VERBS[verb];
  if (asks !== true && events.length === 1) return {};
  const memory = verb === 'approve' ? await memoryOf(app, events) : null;
  const content = [listOf(events), element('p', {}, questionOf(verb, events)), memory?.node, await planOf(app, verb, events)];
  if (!await confirmed(`${label} ${named(events)}?`, content, `${label} ${these(events)}`, { isDangerous, no: not(events) })) return null;
  return memory?.once.checked ? { body: { once: true } } : {};
}

/** Who approves sees what it would do. */
async function planOf(app, verb, events) {
  if (verb !== 'approve' || events.length > 1) return null;
  const plan = await app.api.event(events[0].id).then(event => event.plan, () => null);
  return plan ? stepsView(plan.steps) : null;
}

/** What else an answer decides, and a way to answer for this time alone. */
async function memoryOf(app, events) {
  const once = element('input', { type: 'checkbox', id: 'decision-once' });
  const terms = events.length === 1 ? await app.api.event(events[0].id).then(event => event.approval?.remembers, () => null) : null;
  if (events.length === 1 && !terms) return { once, node: null };
  const words = terms
    ? `Your answer is remembered for all events of this rule by ${terms.client} from ${terms.origin ?? 'outside a web page'}${terms.for === 'always' ? '' : `, for ${terms.for}`}. Access lists it.`
    : 'Where a rule has answers remembered, yours decides later events too. Access lists it.';
  return { once, node: element('div.field', {}, element('p', {}, words), element('label', { for: once.id }, once, ' Only this time')) };
}

const reasonField = () => element('input', { type: 'text', maxlength: '300', id: 'decision-reason', autocomplete: 'off' });

async function askDenial(app, events) {
  const why = reasonField();
  const { once, node } = await memoryOf(app, events);
  const answer = await showDialog(`Deny ${named(events)}?`, [
    listOf(events), element('p', {}, questionOf('deny', events)),
    element('label', { for: why.id }, 'Why (the sender reads this)'), why, node,
  ], [
    element('button', { type: 'button', autofocus: true, data: { answer: '' } }, 'Decide later'),
    element('button', { type: 'button', class: 'danger', data: { answer: 'yes' } }, `Deny ${these(events)}`),
  ]);
  return answer ? { body: { ...(why.value ? { reason: why.value } : {}), ...(once.checked ? { once: true } : {}) } } : null;
}

async function askResolution(events) {
  const why = reasonField();
  const answer = await showDialog(`What became of ${named(events)}?`, [
    listOf(events),
    element('p', {}, 'The machine or the bridge stopped while a step ran that must not run twice. Look at what it did, then say so. The sender gets this answer, and it cannot be undone.'),
    element('label', { for: why.id }, 'If it failed, why (the sender reads this)'), why,
  ], [
    element('button', { type: 'button', autofocus: true, data: { answer: '' } }, 'I don’t know yet'),
    element('button', { type: 'button', class: 'danger', data: { answer: 'failed' } }, 'It failed'),
    element('button', { type: 'button', class: 'primary', data: { answer: 'succeeded' } }, 'It succeeded'),
  ]);
  if (!answer) return null;
  return { body: answer === 'failed' && why.value ? { as: answer, message: why.value } : { as: answer } };
}

/** What tells one event from another: what it is, whose, and what is in it. */
function listOf(events) {
  const names = events.slice(0, NAMED).map(event => element('li', {}, element('strong', {}, event.type), event.client ? ` from ${event.client}` : null,
    element('code.preview', {}, previewOf(event)), element('code.note', {}, event.id)));
  if (events.length > NAMED) names.push(element('li', {}, `and ${number(events.length - NAMED)} more`));
  return element('ul.named', {}, ...names);
}

const previewOf = ({ preview, payload }) => preview ?? (payload === undefined || payload === null ? '' : beginning(JSON.stringify(payload), 160));

function report(app, done, batch) {
  const { total, refusals, unsure, error, isStopped } = batch;
  const isWhole = batch.done === total;
  if (total === 1 && !isWhole) return app.notices.warn(unsure.length ? `${whyLost(error)} Whether it was ${done} is not known.` : inWords(refusals[0].error));
  if (isWhole) return app.notices.say(total === 1 ? `${batch.events[0].type} ${done}` : `${count(total, 'event')} ${done}`);
  const left = total - batch.tried;
  const words = [
    error ? whyLost(error) : isStopped && left ? 'Stopped.' : '',
    `${number(batch.done)} of ${count(total, 'event')} ${done}.`,
    refusals.length ? `${number(refusals.length)} refused.` : '',
    unsure.length ? `Of ${number(unsure.length)} it is not known.` : '',
    left ? `${number(left)} not tried.` : '',
  ].filter(Boolean).join(' ');
  app.notices.warn(words, refusals.length ? { label: 'Which and why', act: () => showRefusals(done, refusals) } : null);
}

const whyLost = error => (error instanceof NoAnswer ? 'The connection was lost.' : inWords(error));

function showRefusals(done, refusals) {
  const reasons = new Map();
  for (const { event, error } of refusals) {
    const reason = inWords(error).replaceAll(`Event ${event.id}`, 'It').replaceAll(event.id, '…');
    reasons.set(reason, [...reasons.get(reason) ?? [], event]);
  }
  const groups = [...reasons].map(([reason, events]) => element('section', {}, element('h3', {}, count(events.length, 'event')), element('p.problem', {}, reason), listOf(events)));
  const lines = () => refusals.map(({ event, error }) => `${event.id}\t${event.type}\t${inWords(error)}`).join('\n');
  return showDialog(`${count(refusals.length, 'event')} not ${done}`, groups, [
    copyButton(lines, 'Copy the list'), element('button', { type: 'button', class: 'primary', autofocus: true, data: { answer: '' } }, 'Done'),
  ], { class: 'refusals' });
}
