/** Who wants to hear of something. */
export class Listeners {
  #all = new Set();

  /** @returns {() => void} ends it */
  add(listener) {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(...values) {
    for (const listener of [...this.#all]) listener(...values);
  }

  get count() { return this.#all.size; }
}

/**
 * A function that runs `work` once, soon, however often it is called meanwhile: with the next frame, or after a while in a page that
 * is not seen, where there are no frames.
 */
export function coalesced(work) {
  let isDue = false;
  const run = () => {
    isDue = false;
    work();
  };
  return () => {
    if (isDue) return;
    isDue = true;
    if (document.hidden) setTimeout(run, 500);
    else requestAnimationFrame(run);
  };
}

/** A function that runs `work` at most once in so many milliseconds, the first time at once and the last time for sure. */
export function throttled(milliseconds, work) {
  let timer = null;
  let again = false;
  const run = () => {
    again = false;
    timer = setTimeout(() => {
      timer = null;
      if (again) run();
    }, milliseconds);
    work();
  };
  const call = () => {
    if (timer === null) run();
    else again = true;
  };
  call.cancel = () => {
    clearTimeout(timer);
    timer = null;
    again = false;
  };
  return call;
}
