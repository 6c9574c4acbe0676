/** The events that a filter lets through, newest first, kept up to date by what the live connection tells. */

import { Listeners, coalesced, throttled } from './listeners.js';
import { timeOfId } from './formats.js';
import { beginning } from './hidden-characters.js';
import { isFinal } from './states.js';

const PAGE = 200;
/** A list that is open for days keeps so many. */
const MOST = 20_000;

/** What a list needs of an event: a payload may have 64 KiB, and a list thousands of events. */
function rowOf(event) {
  const payload = event.payload === null || event.payload === undefined ? '' : JSON.stringify(event.payload);
  return {
    id: event.id, type: event.type, client: event.client, state: event.state, attempt: event.attempt,
    maximumAttempts: event.maximumAttempts, acceptedAt: Date.parse(event.acceptedAt), dueAt: event.dueAt ?? null,
    finalAt: event.finalAt ? Date.parse(event.finalAt) : null, error: event.error ?? null,
    waitsFor: event.waitsFor, waitsUntil: event.waitsUntil ?? null,
    preview: payload === '{}' ? '' : beginning(payload, 160),
  };
}

export class EventFeed {
  rows = [];
  isLoading = false;
  isComplete = false;
  error = null;
  changed = new Listeners();
  #api; #filter = { states: [] }; #next = null; #byId = new Map(); #turn = null; #unlisten;
  /** Whether something happened while nobody looked. */
  #isBehind = false;
  #tell = coalesced(() => this.changed.tell());
  #refreshSoon = throttled(1500, () => this.#refresh());

  constructor(api, activity, connected) {
    this.#api = api;
    const ends = [activity.states.add(message => this.#hear(message)), connected.add(() => this.#reconnected())];
    const look = () => !document.hidden && this.#isBehind && this.#refreshSoon();
    document.addEventListener('visibilitychange', look);
    ends.push(() => document.removeEventListener('visibilitychange', look));
    this.#unlisten = () => ends.forEach(end => end());
  }

  /** @param {{states: string[], type?: string, client?: string, text?: string, from?: string, to?: string}} filter */
  async show(filter) {
    this.#turn?.abort();
    this.#turn = new AbortController();
    this.#filter = filter;
    this.#next = null;
    this.rows = [];
    this.#byId.clear();
    this.isComplete = false;
    this.isLoading = false;
    this.error = null;
    await this.more();
  }

  /** The end of the list is in sight. After an error nothing is asked for by itself: it would be asked with each frame. */
  end() {
    if (!this.error) this.more();
  }

  /** Loads the next page, if there is one. Pages of a narrow filter may be short or empty and still not be the last. */
  async more(pages = 12) {
    if (this.isLoading || this.isComplete || this.rows.length >= MOST) return;
    const signal = this.#turn.signal;
    this.isLoading = true;
    this.error = null;
    this.#tell();
    try {
      const before = this.rows.length;
      do {
        const page = await this.#api.events({ ...this.#query(), after: this.#next, limit: PAGE }, { signal });
        if (signal.aborted) return;
        page.events.forEach(event => this.#put(rowOf(event)));
        this.#next = page.next;
        this.isComplete = page.next === null;
        this.#sort();
      } while (!this.isComplete && this.rows.length < before + 50 && --pages > 0);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#tell();
  }

  row(id) { return this.#byId.get(id); }

  /** Takes over what a request answered about an event. */
  take(event) {
    if (this.#byId.has(event.id)) this.#place(rowOf(event));
  }

  remove(id) {
    if (this.#byId.delete(id)) this.rows = this.rows.filter(row => row.id !== id);
    this.#tell();
  }

  close() {
    this.#turn?.abort();
    this.#refreshSoon.cancel();
    this.#unlisten();
  }

  #query() {
    const { states, type, client, text, from, to } = this.#filter;
    return { state: states, type, client, q: text, from, to };
  }

  #hear(message) {
    const known = this.#byId.get(message.id);
    const { dueAt = null, error = null, waitsFor, waitsUntil = null } = message;
    if (known) {
      const finalAt = isFinal(message.after) ? Date.parse(message.timestamp) : null;
      this.#place({ ...known, state: message.after, attempt: message.attempt, dueAt, error, finalAt, waitsFor, waitsUntil });
    } else if (this.#fits(message)) {
      if (!this.#filter.text) {
        this.#place({
          id: message.id, type: message.eventType, client: message.client, state: message.after, attempt: message.attempt,
          maximumAttempts: null, acceptedAt: timeOfId(message.id), dueAt, finalAt: null, error, waitsFor, waitsUntil,
          preview: '',
        });
      }
      this.#refreshSoon();
    }
  }

  #fits({ id, eventType, client, after }) {
    const { states, type, client: wanted, from, to } = this.#filter;
    const at = timeOfId(id);
    return (!states.length || states.includes(after)) && (!type || type === eventType) && (!wanted || wanted === client)
      && (!from || at >= Date.parse(from)) && (!to || at < Date.parse(to));
  }

  #place(row) {
    if (this.#filter.states.length && !this.#filter.states.includes(row.state)) return this.remove(row.id);
    const isNew = !this.#byId.has(row.id);
    this.#put(row);
    if (isNew) this.#sort();
    this.#tell();
  }

  #put(row) {
    const known = this.#byId.get(row.id);
    if (known) Object.assign(known, row);
    else {
      this.#byId.set(row.id, row);
      this.rows.push(row);
    }
  }

  /** Ids of version 7 are in the order of their times. */
  #sort() {
    this.rows.sort((a, b) => (a.id < b.id ? 1 : -1));
    while (this.rows.length > MOST) this.#byId.delete(this.rows.pop().id);
  }

  #reconnected() {
    if (this.error && !this.rows.length) this.more();
    else this.#refreshSoon();
  }

  /** Fills in what the live connection does not tell: payloads, and what was missed while it was away. */
  async #refresh() {
    const signal = this.#turn?.signal;
    if (!signal) return;
    this.#isBehind = document.hidden;
    if (this.#isBehind) return;
    try {
      const page = await this.#api.events({ ...this.#query(), limit: 100 }, { signal });
      if (signal.aborted) return;
      page.events.forEach(event => this.#put(rowOf(event)));
      const oldest = page.events.at(-1)?.id ?? '';
      const there = new Set(page.events.map(event => event.id));
      const gone = this.rows.filter(row => row.id >= oldest && !there.has(row.id) && Date.now() - row.acceptedAt > 2000);
      gone.forEach(row => this.remove(row.id));
      this.#sort();
      this.error = null;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
    this.#tell();
  }
}
