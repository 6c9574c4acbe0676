/** One timer for all that names how long it takes until a time. It stands still while nothing of the kind is shown. */

import { relative } from './formats.js';

const works = new Set();
let timer = null;

/** @returns {() => void} ends it */
export function everySecond(work) {
  works.add(work);
  timer ??= setInterval(() => document.hidden || works.forEach(one => one()), 1000);
  return () => {
    works.delete(work);
    if (works.size) return;
    clearInterval(timer);
    timer = null;
  };
}

/** Such as `in 23 s`; `now` for what is due. */
export const untilDue = at => relative(Math.max(Date.parse(at), Date.now()));
