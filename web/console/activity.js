/** What the bridge is doing now, told by the live connection. Everything here is bounded, however long the page stays open. */

import { timeOfId } from './formats.js';
import { Listeners, coalesced } from './listeners.js';
import { isFinal } from './states.js';

const RECENT = 60;
const RUNNING = 200;
export const BUCKET = 5000;
const BUCKETS = 60;

export class Activity {
  counts = null;
  clients = null;
  /** Events under way by id: `{id, type, client, attempt, since, isOlder}`; `isOlder` if this page has not seen them begin. */
  running = new Map();
  /** The newest changes first: `{id, type, client, before, after, at, error, took}`. */
  recent = [];
  changed = new Listeners();
  /** Each change as the bridge tells it. */
  states = new Listeners();
  #buckets = new Map();
  #tell = coalesced(() => this.changed.tell());

  status(message) {
    this.counts = { ...message.queue, ...message.finals };
    if (message.clients) this.clients = message.clients;
    this.#tell();
  }

  state(message) {
    const at = Date.parse(message.timestamp);
    const event = { id: message.id, type: message.eventType, client: message.client, attempt: message.attempt };
    if (message.after === 'running') this.#run({ ...event, since: at });
    else this.running.delete(message.id);
    const took = at - timeOfId(message.id);
    this.recent.unshift({ ...event, before: message.before, after: message.after, at, error: message.error ?? null, took });
    this.recent.length = Math.min(this.recent.length, RECENT);
    if (isFinal(message.after) && message.before !== null) this.#count(at, took);
    this.states.tell(message);
    this.#tell();
  }

  /** What had begun before this page was there. `events` are those that run, `ended` those that ended lately. */
  seed(events, ended) {
    const ids = new Set(events.map(event => event.id));
    for (const id of this.running.keys()) if (!ids.has(id)) this.running.delete(id);
    for (const event of events) {
      if (!this.running.has(event.id)) this.#run({ ...event, since: Date.parse(event.acceptedAt), isOlder: true });
    }
    if (this.#buckets.size === 0) {
      for (const event of ended) if (event.finalAt) this.#count(Date.parse(event.finalAt), Date.parse(event.finalAt) - Date.parse(event.acceptedAt));
    }
    if (this.recent.length === 0) {
      this.recent = ended.filter(event => event.finalAt).slice(0, RECENT).map(event => ({
        id: event.id, type: event.type, client: event.client, attempt: event.attempt, before: null, after: event.state,
        at: Date.parse(event.finalAt), error: event.error ?? null, took: Date.parse(event.finalAt) - Date.parse(event.acceptedAt),
      }));
    }
    this.#tell();
  }

  /** The last five minutes, oldest first: how many events ended in each part, and how long they took at the median. */
  series(now = Date.now()) {
    const last = Math.floor(now / BUCKET);
    return Array.from({ length: BUCKETS }, (_, index) => {
      const times = this.#buckets.get(last - BUCKETS + 1 + index)?.times ?? [];
      const sorted = [...times].sort((a, b) => a - b);
      return { ended: this.#buckets.get(last - BUCKETS + 1 + index)?.ended ?? 0, took: sorted[sorted.length >> 1] ?? null };
    });
  }

  #run(event) {
    if (this.running.size < RUNNING || this.running.has(event.id)) this.running.set(event.id, event);
  }

  #count(at, took) {
    const key = Math.floor(at / BUCKET);
    const bucket = this.#buckets.get(key) ?? { ended: 0, times: [] };
    bucket.ended += 1;
    if (bucket.times.length < 500) bucket.times.push(took);
    this.#buckets.set(key, bucket);
    for (const old of this.#buckets.keys()) if (old <= key - BUCKETS - 1) this.#buckets.delete(old);
  }
}
