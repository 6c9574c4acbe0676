/** What a person may do with events, one or many, and what is asked before. */

import { inWords } from './api.js';
import { confirmed, showDialog } from './dialogs.js';
import { element } from './elements.js';
import { count } from './formats.js';
import { stepsView } from './plan-view.js';
import { verbsFor } from './states.js';

const AT_ONCE = 4;
const NAMED = 8;

export const VERBS = {
  approve: {
    label: 'Approve', done: 'approved', kind: 'primary',
    asks: true, question: 'It starts at once, as its plan says.', isDangerous: false,
  },
  deny: { label: 'Deny…', done: 'denied', kind: 'danger', asks: true },
  retry: {
    label: 'Retry', done: 'queued again', kind: '', asks: 'many', isDangerous: false,
    question: 'It goes on at the step that failed, with all its attempts again.',
  },
  cancel: {
    label: 'Cancel', done: 'cancelled', kind: 'danger', asks: true,
    question: 'A step that is under way is stopped; what it did so far stays. This cannot be undone, but the event can be retried.',
  },
  resolve: { label: 'Resolve…', done: 'resolved', kind: 'primary', asks: true },
  drop: {
    label: 'Drop', done: 'dropped', kind: 'danger', asks: true,
    question: 'Its payload, attempts and output are removed for good. Its key stays known, so that it never runs again.',
  },
};

/** The verbs that at least one of these events may take. */
export const verbsForAll = events => Object.keys(VERBS).filter(verb => events.some(event => verbsFor(event).includes(verb)));

/**
 * Asks if need be, then does it, and says how it went.
 *
 * @param {object} app
 * @param {string} verb one of `VERBS`
 * @param {{id: string, type: string, state: string}[]} events those that may not take the verb are left out
 * @param {(event: object, verb: string) => void} took told each event as it is afterwards
 */
export async function decide(app, verb, events, took = () => {}) {
  const fit = events.filter(event => verbsFor(event).includes(verb));
  if (!fit.length) return;
  const { asks, label } = VERBS[verb];
  let body;
  if (verb === 'resolve') {
    body = await askResolution(fit);
    if (!body) return;
  } else if (verb === 'deny') {
    body = await askDenial(app, fit);
    if (!body) return;
  } else if (asks === true || (asks === 'many' && fit.length > 1)) {
    const { question, isDangerous = true } = VERBS[verb];
    const memory = verb === 'approve' ? await memoryOf(app, fit) : null;
    const title = `${label} ${fit.length === 1 ? fit[0].type : count(fit.length, 'event')}?`;
    if (!await confirmed(title, [listOf(fit), element('p', {}, question), memory?.node, await planOf(app, verb, fit)], `${label}${fit.length > 1 ? ` ${fit.length}` : ''}`, { isDangerous })) return;
    if (memory?.once.checked) body = { once: true };
  }
  const refusals = await forEach(fit, async ({ id }) => took(await app.api.decide(id, verb, body), verb));
  tell(app, VERBS[verb].done, fit, refusals);
}

/** Sends the same again as new events, after showing what they would do. */
export async function replay(app, events) {
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
  if (!await confirmed(title, [element('p', {}, note), element('ul.replay-plans', {}, ...plans), more], 'Replay', { isDangerous: false })) return;
  const refusals = await forEach(events, ({ id }) => app.api.decide(id, 'replay', {}));
  tell(app, 'sent again', events, refusals);
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
  const answer = await showDialog(`Deny ${events.length === 1 ? events[0].type : count(events.length, 'event')}?`, [
    listOf(events), element('p', {}, 'It will not run, and its sender is told so. This cannot be undone.'),
    element('label', { for: why.id }, 'Why (the sender reads this)'), why, node,
  ], [
    element('button', { type: 'button', autofocus: true, data: { answer: '' } }, 'Keep as it is'),
    element('button', { type: 'button', class: 'danger', data: { answer: 'yes' } }, `Deny${events.length > 1 ? ` ${events.length}` : ''}`),
  ]);
  return answer ? { ...(why.value ? { reason: why.value } : {}), ...(once.checked ? { once: true } : {}) } : null;
}

async function askResolution(events) {
  const why = reasonField();
  const answer = await showDialog(events.length === 1 ? `What became of ${events[0].type}?` : `What became of ${count(events.length, 'event')}?`, [
    listOf(events),
    element('p', {}, 'The machine or the bridge stopped while a step ran that must not run twice. Look at what it did, then say so. The sender gets this answer, and it cannot be undone.'),
    element('label', { for: why.id }, 'If it failed, why (the sender reads this)'), why,
  ], [
    element('button', { type: 'button', autofocus: true, data: { answer: '' } }, 'I don’t know yet'),
    element('button', { type: 'button', class: 'danger', data: { answer: 'failed' } }, 'It failed'),
    element('button', { type: 'button', class: 'primary', data: { answer: 'succeeded' } }, 'It succeeded'),
  ]);
  if (!answer) return null;
  return answer === 'failed' && why.value ? { as: answer, message: why.value } : { as: answer };
}

function listOf(events) {
  const names = events.slice(0, NAMED).map(({ type, id }) => element('li', {}, type, ' ', element('code', {}, id)));
  if (events.length > NAMED) names.push(element('li', {}, `and ${events.length - NAMED} more`));
  return element('ul.named', {}, ...names);
}

/** @returns {Promise<Error[]>} what was refused */
async function forEach(events, work) {
  const waiting = [...events];
  const refusals = [];
  const worker = async () => {
    for (let event = waiting.shift(); event; event = waiting.shift()) {
      try {
        await work(event);
      } catch (error) {
        refusals.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return refusals;
}

function tell(app, done, events, refusals) {
  const well = events.length - refusals.length;
  if (well) app.notices.say(events.length === 1 ? `${events[0].type} ${done}` : `${count(well, 'event')} ${done}`);
  if (refusals.length) {
    app.notices.warn(`${refusals.length === 1 ? '' : `${count(refusals.length, 'event')} not ${done}. `}${inWords(refusals[0])}`);
  }
}
