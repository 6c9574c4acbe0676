/** What is being decided: one thing at a time, about one event or many, with how far it is, a way to stop it, and what was refused. */

import { Refusal } from './api.js';
import { Listeners } from './listeners.js';

const AT_ONCE = 4;
/** Answers after which the others would fare no better: signed out, too fast for long, about to end, no room. */
const HOPELESS = [401, 429, 503, 507];

/** A second click while it is asked, or another verb while many are under way, must not act again. */
class Turn {
  isTaken = false;
  batch = null;
  /** The turn was taken or given back, or its batch went on. */
  changed = new Listeners();
  /** An event is no more: its id. */
  gone = new Listeners();

  /** Runs `work` unless something else is being decided. */
  async take(work) {
    if (this.isTaken) return;
    this.isTaken = true;
    this.changed.tell();
    try {
      await work();
    } finally {
      this.isTaken = false;
      this.batch = null;
      this.changed.tell();
    }
  }
}

export const turn = new Turn();

export class Batch {
  done = 0;
  /** What the bridge said no to, as `{event, error}`. */
  refusals = [];
  /** Those of which nobody can tell: they were under way when the connection was lost. */
  unsure = [];
  /** Why it ended before all were tried, if not because somebody stopped it. */
  error = null;
  isStopped = false;

  /** @param {string} words such as `Denying` */
  constructor(words, events) {
    this.words = words;
    this.events = events;
  }

  get total() { return this.events.length; }
  get tried() { return this.done + this.refusals.length + this.unsure.length; }

  /** Begins no more; what is under way ends. */
  stop() {
    this.isStopped = true;
    turn.changed.tell();
  }

  /** @param {(event: object) => Promise<void>} work throws what was refused */
  async run(work) {
    turn.batch = this;
    turn.changed.tell();
    const waiting = this.events.values();
    const worker = async () => {
      while (!this.isStopped && !this.error) {
        const { value: event, done: isOver } = waiting.next();
        if (isOver) return;
        try {
          await work(event);
          this.done += 1;
        } catch (error) {
          this.#note(event, error);
        }
        turn.changed.tell();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  #note(event, error) {
    const isRefusal = error instanceof Refusal;
    if (isRefusal) this.refusals.push({ event, error });
    else this.unsure.push(event);
    if (!isRefusal || HOPELESS.includes(error.status)) this.error ??= error;
  }
}
