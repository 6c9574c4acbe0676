/** The last messages of the connection, for the view Debug. Long ones are cut, so that the log cannot grow without bound. */

import { beginning } from './hidden-characters.js';
import { Listeners, coalesced } from './listeners.js';

const ENTRIES = 2000;
const LENGTH = 2000;

export class MessageLog {
  entries = [];
  total = { in: 0, out: 0, note: 0 };
  types = new Set();
  /** When it was paused; null while messages are kept. */
  pausedSince = null;
  /** How many came meanwhile. */
  missed = 0;
  changed = new Listeners();
  #number = 0;
  #tell = coalesced(() => this.changed.tell());

  add({ direction, at, message }) {
    this.total[direction] += 1;
    if (this.pausedSince !== null) {
      this.missed += 1;
      return void this.#tell();
    }
    const type = String(message.type ?? '?');
    if (this.types.size < 200) this.types.add(type);
    const text = JSON.stringify(message);
    this.entries.push({
      number: ++this.#number, direction, at, type, id: message.id ?? null, length: text.length,
      text: text.length > LENGTH ? `${beginning(text, LENGTH)} …` : text,
    });
    // Thrown away in bulk: taking one off the front each time would move all the others.
    if (this.entries.length > ENTRIES * 1.2) this.entries.splice(0, this.entries.length - ENTRIES);
    this.#tell();
  }

  note(text) { this.add({ direction: 'note', at: Date.now(), message: { type: 'connection', note: text } }); }

  pause() {
    this.pausedSince = Date.now();
    this.missed = 0;
    this.#tell();
  }

  resume() {
    this.pausedSince = null;
    this.#tell();
  }

  clear() {
    this.entries = [];
    this.#tell();
  }
}
