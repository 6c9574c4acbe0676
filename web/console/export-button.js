/** Saves what a search finds as JSON lines. */

import { inWords } from './api.js';
import { button, element } from './elements.js';
import { count } from './formats.js';

const MOST = 100_000;

/**
 * @param {string} what one of them, such as `event`
 * @param {() => AsyncIterable<string[]>} pages of lines; not asked for more once the person stops it
 */
export function exportButton(app, what, pages) {
  let turn = null;
  const words = element('span', { 'aria-live': 'polite' }, 'Export');
  const node = button(words, async () => {
    if (turn) return turn.abort();
    turn = new AbortController();
    const { signal } = turn;
    const parts = [];
    let total = 0;
    try {
      for await (const lines of pages()) {
        if (signal.aborted) break;
        // A blob for each page: the browser may keep those on disk.
        if (lines.length) parts.push(new Blob([`${lines.join('\n')}\n`]));
        total += lines.length;
        words.textContent = `${count(total, what)}, stop`;
        if (total >= MOST) break;
      }
      if (!signal.aborted) {
        save(new Blob(parts, { type: 'application/jsonl' }), `deskbridge-${what}s-${new Date().toISOString().slice(0, 19).replace(/:/g, '')}.jsonl`);
        app.notices.say(`${count(total, what)} exported`);
      }
    } catch (error) {
      if (!signal.aborted) app.notices.warn(inWords(error));
    }
    turn = null;
    words.textContent = 'Export';
  }, { title: `All ${what}s that fit the search, as JSON lines` });
  return { node, close: () => turn?.abort() };
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
