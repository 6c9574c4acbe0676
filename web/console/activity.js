/** What the bridge is doing now, told by the live connection. Everything here is bounded, however long the page stays open. */

import { timeOfId } from './formats.js';
import { Listeners, coalesced } from './listeners.js';
import { isFinal } from './states.js';

const RECENT = 60;
const RUNNING = 200;
export const BUCKET = 5000;
const BUCKETS = 60;
export const LATELY = BUCKET * BUCKETS;
/** So many are counted by their ids. */
const ENDED = 50_000;

export class Activity {
  counts = null;
  clients = null;
  /** Events under way by id: `{id, type, client, attempt, since, isOlder}`; `isOlder` if this page has not seen them begin. */
  running = new Map();
  /** The newest changes first: `{key, id, type, client, before, after, at, error, took}`; `key` is another for each change. */
  recent = [];
  changed = new Listeners();
  /** Each change as the bridge tells it. */
  states = new Listeners();
  /** What ended lately, by id. */
  #ended = new Map();
  /** From when on nothing that ended is missing. */
  #wholeSince = -Infinity;
  /** The ids that were heard of since somebody asked for what was before; null if nobody did. */
  #heard = null;
  #lastKey = 0;
  #tell = coalesced(() => this.changed.tell());

  status(message) {
    this.counts = { ...message.queue, ...message.finals };
    if (message.clients) this.clients = message.clients;
    this.#tell();
  }

  state(message) {
    const at = Date.parse(message.timestamp);
    const event = { id: message.id, type: message.eventType, client: message.client, attempt: message.attempt };
    this.#heard?.add(message.id);
    if (message.after === 'running') this.#run({ ...event, since: at });
    else this.running.delete(message.id);
    const took = at - timeOfId(message.id);
    this.recent.unshift({ key: this.#nextKey(), ...event, before: message.before, after: message.after, at, error: message.error ?? null, took });
    this.recent.length = Math.min(this.recent.length, RECENT);
    if (isFinal(message.after)) this.#count(message.id, at, took);
    this.states.tell(message);
    this.#tell();
  }

  /**
   * Begins to take over what was before this page was there, or happened while the connection was away. What is heard from here on is newer
   * than what is answered, whenever the answer comes. Call `end` when all is answered.
   *
   * @returns {{running: (events: object[], isWhole: boolean) => void, ended: (events: object[], isWhole: boolean) => void, end: () => void}}
   *   `running` takes what runs, `ended` what ended lately; `isWhole`: nothing else did
   */
  seed() {
    const heard = this.#heard = new Set();
    const since = Date.now();
    let isWhole = false;
    const isNewest = () => this.#heard === heard;
    return {
      running: (events, isAll) => isNewest() && this.#seedRunning(events, isAll, heard),
      ended: (events, isAll) => {
        if (!isNewest()) return;
        isWhole = isAll;
        this.#seedEnded(events);
      },
      end: () => {
        if (!isNewest()) return;
        this.#heard = null;
        if (!isWhole) this.#wholeSince = since;
        this.#tell();
      },
    };
  }

  /** The last five minutes, oldest first: how many events ended in each part, and how long they took at the median; and in all of them. */
  series(now = Date.now()) {
    const first = Math.floor(now / BUCKET) - BUCKETS + 1;
    const parts = Array.from({ length: BUCKETS }, () => []);
    for (const [id, { at, took }] of this.#ended) {
      const index = Math.floor(at / BUCKET) - first;
      if (index < 0) this.#ended.delete(id);
      // The clocks of page and bridge are one, but the last part may just have begun.
      else parts[Math.min(index, BUCKETS - 1)].push(took);
    }
    const all = parts.flat();
    return {
      parts: parts.map(times => ({ ended: times.length, took: median(times) })),
      ended: all.length, took: median(all), isWhole: first * BUCKET >= this.#wholeSince,
    };
  }

  #seedRunning(events, isAll, heard) {
    const ids = new Set(events.map(event => event.id));
    if (isAll) for (const id of this.running.keys()) if (!ids.has(id) && !heard.has(id)) this.running.delete(id);
    for (const event of events) {
      if (!this.running.has(event.id) && !heard.has(event.id)) this.#run({ ...event, since: Date.parse(event.acceptedAt), isOlder: true });
    }
    this.#tell();
  }

  #seedEnded(events) {
    const ends = events.map(({ id, type, client, attempt, state, acceptedAt, finalAt, error = null }) => {
      const at = Date.parse(finalAt);
      return { key: this.#nextKey(), id, type, client, attempt, before: null, after: state, at, error, took: at - Date.parse(acceptedAt) };
    });
    for (const { id, at, took } of ends) if (!(this.#ended.get(id)?.at >= at)) this.#count(id, at, took);
    const known = new Set(this.recent.map(({ id, after }) => `${id} ${after}`));
    this.recent = this.recent.concat(ends.filter(({ id, after }) => !known.has(`${id} ${after}`))).sort((a, b) => b.at - a.at).slice(0, RECENT);
    this.#tell();
  }

  #run(event) {
    if (this.running.size < RUNNING || this.running.has(event.id)) this.running.set(event.id, event);
  }

  #count(id, at, took) {
    // A retried one may end twice; the last time counts.
    this.#ended.delete(id);
    this.#ended.set(id, { at, took });
    if (this.#ended.size <= ENDED) return;
    const [oldest, { at: lost }] = this.#ended.entries().next().value;
    this.#ended.delete(oldest);
    this.#wholeSince = Math.max(this.#wholeSince, lost + 1);
  }

  #nextKey() { return ++this.#lastKey; }
}

function median(times) {
  if (!times.length) return null;
  return Float64Array.from(times).sort()[times.length >> 1];
}
