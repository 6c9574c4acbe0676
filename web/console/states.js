/** The states of an event: their words, their shapes, and what a person may do in them. */

import { element } from './elements.js';
import { icon } from './icons.js';

export const STATES = {
  queued: { label: 'Queued', meaning: 'waits for its turn' },
  running: { label: 'Running', meaning: 'is being done now' },
  retrying: { label: 'Retrying', meaning: 'failed, and will be tried again' },
  waiting: { label: 'Waiting', meaning: 'waits for an approval or for a service' },
  unknown: { label: 'Unknown', meaning: 'was cut off; a person has to say what became of it' },
  failed: { label: 'Failed', meaning: 'failed for good' },
  succeeded: { label: 'Succeeded', meaning: 'is done' },
  cancelled: { label: 'Cancelled', meaning: 'was called off' },
  expired: { label: 'Expired', meaning: 'waited too long to begin' },
};

/** What is not finished, or finished in a way that wants a person. */
export const OPEN = ['waiting', 'unknown', 'failed', 'running', 'retrying', 'queued'];
export const ACTIVE = ['queued', 'running', 'retrying', 'waiting'];
export const FINAL = ['succeeded', 'failed', 'cancelled', 'expired', 'unknown'];

export const isFinal = state => FINAL.includes(state);

/** A state with its shape and its word: colour is never alone. */
export function stateBadge(state) {
  const known = STATES[state] ?? { label: state, meaning: '' };
  return element('span.state', { data: { state }, title: known.meaning }, icon(`state-${state}`), element('span', {}, known.label));
}

/** Whether this waits for the person at the desk. */
const wantsApproval = event => event.state === 'waiting' && (event.waitsFor?.for ?? 'approval') === 'approval';

/** The verbs that fit an event, in the order in which they are offered. */
export function verbsFor(event) {
  switch (event.state) {
    case 'queued': case 'running': case 'retrying': return ['cancel'];
    case 'waiting': return wantsApproval(event) ? ['approve', 'deny', 'cancel'] : ['cancel'];
    case 'failed': case 'expired': case 'cancelled': return ['retry', 'drop'];
    case 'unknown': return ['resolve', 'retry', 'drop'];
    default: return [];
  }
}
