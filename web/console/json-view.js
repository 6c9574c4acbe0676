/** JSON, set for reading. */

import { button, element } from './elements.js';

const LINES = 60;

const PIECES = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** @param {any} value long ones are cut, with a button for the rest */
export function jsonView(value, label) {
  const lines = JSON.stringify(value, null, 2).split('\n');
  const code = element('code', {}, ...coloured(lines.slice(0, LINES).join('\n')));
  const node = element('pre.json', { tabindex: '0', role: 'group', 'aria-label': label }, code);
  if (lines.length <= LINES) return node;
  const more = button(`Show all ${lines.length} lines`, () => {
    code.replaceChildren(element('span', {}, lines.join('\n')));
    more.remove();
  }, { class: 'quiet' });
  return element('div', {}, node, more);
}

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    const [all, string, colon, word] = match;
    const kind = string ? (colon ? 'key' : 'string') : word ? 'word' : 'number';
    parts.push(element(`span.json-${kind}`, {}, string ?? all));
    if (colon) parts.push(colon);
    end = match.index + all.length;
  }
  parts.push(text.slice(end));
  return parts;
}
