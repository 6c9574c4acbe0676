/** What processes wrote lately, by event. Bounded: the oldest event and the oldest lines go first. */

import { beginning } from './hidden-characters.js';
import { Listeners } from './listeners.js';

const EVENTS = 40;
const LINES = 400;
const LENGTH = 4000;

export class Outputs {
  #byEvent = new Map();
  /** Told `(id)`. */
  changed = new Listeners();

  /** Takes an `output` message. */
  add({ id, attempt, from, step, stream, lines }) {
    this.#take(id, attempt, lines.map((text, index) => ({ number: from + index, step, stream, text })), from + lines.length);
  }

  /** Takes what an attempt under way had written when the event was looked at: also from before this page listened. */
  addSnapshot(id, { number: attempt, output, outputFrom }) {
    this.#take(id, attempt, output.map((line, index) => ({ ...line, number: outputFrom + index })), outputFrom + output.length);
  }

  /** Looks what an event has written that is under way. */
  async catchUp(api, id) {
    const event = await api.event(id).catch(() => null);
    const attempt = event?.attempts.at(-1);
    if (attempt?.outputFrom !== undefined) this.addSnapshot(id, attempt);
  }

  /**
   * @returns {{lines: {number: number, step: string, stream: string, text: string}[], count: number}} each line with its number in the
   * attempt, and how many the attempt wrote as far as is known
   */
  of(id) { return this.#byEvent.get(id) ?? { lines: [], count: 0 }; }

  #take(id, attempt, lines, count) {
    const known = this.#byEvent.get(id);
    if (known && known.attempt > attempt) return;
    const output = known?.attempt === attempt ? known : { attempt, lines: [], count: 0 };
    this.#byEvent.delete(id);
    this.#byEvent.set(id, output);
    const kept = lines.slice(-LINES).map(line => ({ ...line, text: beginning(line.text, LENGTH) }));
    const isNext = !output.lines.length || !kept.length || kept[0].number > output.lines.at(-1).number;
    output.lines = isNext ? output.lines.concat(kept) : merged(output.lines, kept);
    output.lines = output.lines.slice(-LINES);
    output.count = Math.max(output.count, count);
    while (this.#byEvent.size > EVENTS) this.#byEvent.delete(this.#byEvent.keys().next().value);
    this.changed.tell(id);
  }
}

/** Both in the order of their numbers, each number once. */
const merged = (some, others) => [...new Map([...some, ...others].map(line => [line.number, line])).values()].sort((a, b) => a.number - b.number);
