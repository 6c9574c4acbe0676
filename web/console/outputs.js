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

  add({ id, step, stream, lines, dropped }) {
    const output = this.#byEvent.get(id) ?? { lines: [], dropped: 0 };
    this.#byEvent.delete(id);
    this.#byEvent.set(id, output);
    output.dropped += dropped ?? 0;
    for (const text of lines) output.lines.push({ step, stream, text: beginning(text, LENGTH) });
    if (output.lines.length > LINES) {
      output.dropped += output.lines.length - LINES;
      output.lines.splice(0, output.lines.length - LINES);
    }
    while (this.#byEvent.size > EVENTS) this.#byEvent.delete(this.#byEvent.keys().next().value);
    this.changed.tell(id);
  }

  /** @returns {{lines: {step: string, stream: string, text: string}[], dropped: number}} */
  of(id) { return this.#byEvent.get(id) ?? { lines: [], dropped: 0 }; }
}
