/** What no message of the bridge tells of: loaded again when the connection is back, when somebody looks at the page again, and when asked to. */

import { inWords } from './api.js';
import { button, element, replace, setText } from './elements.js';
import { hourAndMinute } from './formats.js';

/**
 * @param {object} app
 * @param {() => Promise<void>} load throws what kept it from loading
 * @returns {{node: HTMLElement, renew: () => Promise<void>, close: () => void}} `renew` loads what is so from now on, even if a load is under way
 */
export function freshness(app, load) {
  const asOf = element('span', { 'aria-live': 'polite' });
  let isClosed = false;
  let running = null;
  const begin = async () => {
    try {
      await load();
      setText(asOf, `As of ${hourAndMinute(Date.now())}`);
    } catch (error) {
      if (!isClosed) setText(asOf, `Not loaded: ${inWords(error)}`);
    }
    running = null;
  };
  const join = () => running ??= begin();
  const renew = async () => {
    await running;
    await join();
  };
  const look = () => {
    // Behind a question, what it is about stays as it was.
    if (document.visibilityState === 'visible' && !document.querySelector('dialog[open]')) join();
  };
  addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);
  const end = app.connected.add(join);
  join();
  return {
    node: element('p.freshness.note', {}, asOf, button('Refresh', renew)), renew,
    close() {
      isClosed = true;
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
      end();
    },
  };
}

/** Draws a part anew. A focus within it goes to what stands for the same now, named by `data-key`, or else to `heading`. */
export function redraw(part, heading, ...content) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  replace(part, ...content);
  if (!focused) return;
  const { key } = focused.dataset;
  const same = key && [...part.querySelectorAll('[data-key]')].find(node => node.dataset.key === key);
  (same || heading).focus();
}
