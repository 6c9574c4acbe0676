/** What processes write, line by line, as it comes. */

import { element } from './elements.js';
import { count } from './formats.js';

/**
 * Follows the live output of an event while the node is in the document.
 *
 * @param {import('./outputs.js').Outputs} outputs
 */
export function outputView(outputs, id, { most = 400 } = {}) {
  const code = element('code');
  const pre = element('pre.output', { tabindex: '0', role: 'log', 'aria-label': 'Output', 'aria-live': 'off' }, code);
  const node = element('div.output-view', {}, pre);
  const draw = () => {
    const { lines, count: total } = outputs.of(id);
    const isAtEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 24;
    code.replaceChildren(...outputLines(lines.slice(-most), Math.max(0, lines.length - most), total));
    node.hidden = total === 0;
    if (isAtEnd) pre.scrollTop = pre.scrollHeight;
  };
  let isDue = false;
  const end = outputs.changed.add(changed => {
    if (changed !== id || isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      if (node.isConnected) draw();
    }, 100);
  });
  draw();
  return { node, close: end };
}

/** Lines with their numbers, and in between how many are missing. `folded`: those just before that are known and not shown. */
function outputLines(lines, folded, total) {
  const nodes = [];
  let next = 0;
  const gap = to => {
    const missing = to - next - (next === 0 ? folded : 0);
    if (missing > 0) nodes.push(element('span.gap', {}, `${count(missing, next === 0 ? 'earlier line' : 'line')} not kept\n`));
  };
  for (const { number, stream, text, step } of lines) {
    gap(number);
    nodes.push(outputLine(stream, text, step));
    next = number + 1;
  }
  gap(total);
  return nodes;
}

export const outputLine = (stream, text, step) => element('span.line', { data: { stream }, title: step ? `${step}, ${stream}` : stream }, `${text}\n`);
