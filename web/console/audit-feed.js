/** The records of the audit that a filter lets through, newest first. The bridge tells them oldest first, so pages are asked for from the end. */

import { Listeners, coalesced, throttled } from './listeners.js';

const PAGE = 500;
/** A view that is open for days keeps so many. */
const MOST = 20_000;
const BEYOND = Number.MAX_SAFE_INTEGER;

/** What a list shows of a record. The line stays as it is: it is what was hashed. */
function rowOf(line) {
  const record = JSON.parse(line);
  return {
    line, seq: record.seq, at: Date.parse(record.at), verb: record.verb, outcome: record.outcome, detail: record.detail ?? '',
    who: record.client ?? record.identity, from: record.origin ?? record.entrance,
    about: [record.type, record.subject, record.owner].filter(Boolean).join(' '), rule: record.rule ?? '',
  };
}

export class AuditFeed {
  rows = [];
  isLoading = false;
  isComplete = false;
  error = null;
  changed = new Listeners();
  /** What there is to choose from. */
  verbs = new Set();
  outcomes = new Set();
  #api; #filter = {}; #turn = null; #unlisten;
  /** The newest record that was looked at, and the one before the oldest. */
  #newest = 0; #before = null;
  #tell = coalesced(() => this.changed.tell());
  #refreshSoon = throttled(2000, () => this.#refresh());

  constructor(api, activity, connected) {
    this.#api = api;
    const ends = [activity.states.add(() => this.#refreshSoon()), connected.add(() => this.#reconnected())];
    this.#unlisten = () => ends.forEach(end => end());
  }

  /** @param {{text: string, verb: string, outcome: string, from: string | null, to: string | null}} filter */
  async show(filter) {
    this.#turn?.abort();
    this.#turn = new AbortController();
    this.#filter = { ...filter, text: filter.text.toLowerCase(), from: filter.from ? Date.parse(filter.from) : 0, to: filter.to ? Date.parse(filter.to) : Infinity };
    Object.assign(this, { rows: [], isLoading: false, isComplete: false, error: null });
    this.#newest = 0;
    this.#before = null;
    await this.more();
  }

  /** The end of the list is in sight. After an error nothing is asked for by itself: it would be asked with each frame. */
  end() {
    if (!this.error) this.more();
  }

  /** Loads older ones. Pages of a narrow filter may hold few that fit, or none, and still not be the last. */
  async more(pages = 20) {
    if (this.isLoading || this.isComplete || this.rows.length >= MOST) return;
    const { signal } = this.#turn;
    this.isLoading = true;
    this.error = null;
    this.#tell();
    try {
      if (this.#before === null) {
        this.#newest = (await this.#api.audit(BEYOND, 1, { signal })).lastSeq;
        this.#before = await this.#numberAt(this.#filter.to, signal);
      }
      const wanted = this.rows.length + 50;
      while (!this.isComplete && this.rows.length < wanted && pages-- > 0) await this.#page(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#tell();
  }

  /** All lines that fit, oldest first. */
  async* lines() {
    const filter = this.#filter;
    let after = await this.#numberAt(filter.from, new AbortController().signal);
    for (;;) {
      const { lines } = await this.#api.audit(after, 1000);
      if (!lines.length) return;
      const rows = lines.map(rowOf);
      yield rows.filter(row => this.#fits(row, filter)).map(row => row.line);
      after = rows.at(-1).seq;
      if (rows.at(-1).at >= filter.to) return;
    }
  }

  close() {
    this.#turn?.abort();
    this.#refreshSoon.cancel();
    this.#unlisten();
  }

  async #page(signal) {
    const after = Math.max(0, this.#before - PAGE);
    const { lines, anchor } = await this.#api.audit(after, this.#before - after || 1, { signal });
    signal.throwIfAborted();
    const rows = lines.map(rowOf).filter(row => row.seq <= this.#before).reverse();
    this.#learn(rows);
    this.rows = this.rows.concat(rows.filter(row => this.#fits(row, this.#filter)));
    this.#before = after;
    // What is older was removed, or is out of the range.
    const isOlder = rows.length > 0 && rows.at(-1).at < this.#filter.from;
    this.isComplete = isOlder || after <= (anchor ? Number(anchor.split(':')[0]) : 0);
  }

  /** The last record before a moment. Times go up with the numbers, so it is halved down to. */
  async #numberAt(moment, signal) {
    let [low, high] = [0, this.#newest];
    if (moment === Infinity) return high;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [line] = (await this.#api.audit(middle, 1, { signal })).lines;
      // The first after the middle; if it is younger, all that are wanted are in the first half.
      if (!line || rowOf(line).at >= moment) high = middle;
      else low = rowOf(line).seq;
    }
    return low;
  }

  #reconnected() {
    if (this.error) this.more();
    this.#refreshSoon();
  }

  /** Puts what was recorded since above the others. */
  async #refresh() {
    const turn = this.#turn;
    if (!turn || this.isLoading || !this.#newest || this.#filter.to < Date.now()) return;
    try {
      const { lines, lastSeq } = await this.#api.audit(this.#newest, 1000, { signal: turn.signal });
      if (turn !== this.#turn || !lines.length) return;
      const rows = lines.map(rowOf).reverse();
      this.#newest = rows[0].seq;
      this.#learn(rows);
      this.rows = rows.filter(row => this.#fits(row, this.#filter)).concat(this.rows).slice(0, MOST);
      this.#tell();
      if (lastSeq > this.#newest) this.#refreshSoon();
    } catch {
      // It is tried again with the next change.
    }
  }

  #learn(rows) {
    for (const { verb, outcome } of rows) {
      if (this.verbs.size < 200) this.verbs.add(verb);
      if (this.outcomes.size < 200) this.outcomes.add(outcome);
    }
  }

  #fits(row, { text, verb, outcome, from, to }) {
    return (!verb || row.verb === verb) && (!outcome || row.outcome === outcome) && row.at >= from && row.at < to
      && (!text || row.line.toLowerCase().includes(text));
  }
}
