/** A choice of a time range, or two times to begin and to end at. */

import { element } from './elements.js';

const RANGES = { '': 'Any time', '15m': 'Last 15 minutes', '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', custom: 'From … to …' };
const LENGTHS = { '15m': 900e3, '1h': 3600e3, '24h': 86_400e3, '7d': 604_800e3 };

/** Sets `from` and `to` of the filter, as ISO times or null, and says so. */
export function rangeFields(filter, apply) {
  const input = (label, name) => element('input', {
    type: 'datetime-local', step: '1', 'aria-label': label,
    on: {
      change: ({ target }) => {
        filter[name] = target.value ? new Date(target.value).toISOString() : null;
        apply();
      },
    },
  });
  const custom = element('span.custom-range', { hidden: true }, input('From', 'from'), ' to ', input('To', 'to'));
  const choice = element('select', {
    'aria-label': 'Time range', on: {
      change() {
        custom.hidden = choice.value !== 'custom';
        filter.to = null;
        filter.from = LENGTHS[choice.value] ? new Date(Date.now() - LENGTHS[choice.value]).toISOString() : null;
        custom.querySelectorAll('input').forEach(field => { field.value = ''; });
        apply();
      },
    },
  }, ...Object.entries(RANGES).map(([value, label]) => element('option', { value }, label)));
  return element('span.range', {}, choice, custom);
}
