/** What processes write, line by line, as it comes. */

import { element } from './elements.js';
import { count } from './formats.js';

/**
 * Follows the live output of an event while the node is in the document.
 *
 * @param {import('./outputs.js').Outputs} outputs
 * @param {{most?: number, start?: {stream: string, text: string}[]}} options `start`: what is known from before
 */
export function outputView(outputs, id, { most = 400, start = [] } = {}) {
  const dropped = element('p.note', { hidden: true });
  const code = element('code');
  const pre = element('pre.output', { tabindex: '0', role: 'log', 'aria-label': 'Output', 'aria-live': 'off' }, code);
  const node = element('div.output-view', {}, dropped, pre);
  const draw = () => {
    const live = outputs.of(id);
    const lines = live.lines.length ? live.lines : start;
    const isAtEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 24;
    const left = lines.slice(-most);
    code.replaceChildren(...left.map(({ stream, text, step }) => element('span.line', { data: { stream }, title: step ? `${step}, ${stream}` : stream }, `${text}\n`)));
    dropped.hidden = live.dropped === 0;
    dropped.textContent = `${count(live.dropped, 'earlier line')} not kept`;
    node.hidden = lines.length === 0;
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
