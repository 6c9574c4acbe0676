/** A small chart of what was lately. */

import { BUCKET } from './activity.js';
import { drawing, element, replace, setText } from './elements.js';
import { duration } from './formats.js';

const WIDTH = 300;
const HEIGHT = 48;

/** The highest that is drawn, in words: of bars, how many there were in a second; of a line, how long it took. */
const HIGHEST = {
  bars: most => `max ${Number((most / (BUCKET / 1000)).toPrecision(2))}/s`,
  line: most => `max ${duration(most)}`,
};

/**
 * @param {'bars' | 'line'} kind bars count what happened in each part of the time, a line tells milliseconds
 * @param {(values: (number | null)[]) => string} describe in words, for those who don't see it
 */
export function sparkline(kind, describe) {
  const shape = drawing('g', {});
  const svg = drawing('svg', { class: `sparkline ${kind}`, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': describe([]) }, shape);
  const span = element('span');
  const highest = element('span');
  const node = element('figure', {}, element('div.chart', {}, svg), element('figcaption.scale.note', {}, span, highest, element('span', {}, 'now')));
  return {
    node,
    show(values) {
      const top = Math.max(0, ...values);
      const most = Math.max(1, top);
      setText(span, `${Math.round(values.length * BUCKET / 60_000)} min ago`);
      setText(highest, top ? HIGHEST[kind](top) : 'nothing yet');
      const step = WIDTH / values.length;
      const y = value => HEIGHT - 2 - (value / most) * (HEIGHT - 6);
      svg.setAttribute('aria-label', describe(values));
      if (kind === 'bars') {
        replace(shape, values.map((value, index) => drawing('rect', {
          x: (index * step + step * 0.15).toFixed(1), width: (step * 0.7).toFixed(1),
          y: (value ? y(value) : HEIGHT - 2).toFixed(1), height: (value ? HEIGHT - y(value) : 1).toFixed(1), class: value ? 'bar' : 'bar none',
        })));
        return;
      }
      const points = values.map((value, index) => (value === null ? null : [index * step + step / 2, y(value)])).filter(Boolean);
      const path = points.map(([x, height], index) => `${index ? 'L' : 'M'}${x.toFixed(1)} ${height.toFixed(1)}`).join('');
      replace(shape, drawing('path', { d: path, class: 'line' }),
        points.map(([x, height]) => drawing('path', { d: `M${x.toFixed(1)} ${height.toFixed(1)}h.01`, class: 'point' })));
    },
  };
}
