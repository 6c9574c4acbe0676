/** A choice of a time range, or two times to begin and to end at. */

import { element } from './elements.js';

const RANGES = { '': 'Any time', '15m': 'Last 15 minutes', '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', custom: 'From … to …' };
const LENGTHS = { '15m': 900e3, '1h': 3600e3, '24h': 86_400e3, '7d': 604_800e3 };

const begin = range => new Date(Date.now() - LENGTHS[range]).toISOString();

/** The range that an address names, as `range`, `from` and `to` of a filter: a length until now, or two times. */
export function rangeOf(query) {
  const range = query.get('range') ?? '';
  if (Object.hasOwn(LENGTHS, range)) return { range, from: begin(range), to: null };
  const [from, to] = ['from', 'to'].map(name => {
    const at = Date.parse(query.get(name) ?? '');
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  });
  return { range: from || to ? 'custom' : '', from, to };
}

/** As `rangeOf` reads it. */
export const rangeQuery = ({ range, from, to }) => (range === 'custom' ? { from, to } : { range });

/** Sets `range`, `from` and `to` of the filter, the latter as ISO times or null, and says so. */
export function rangeFields(filter, apply) {
  const input = (label, name) => element('input', {
    type: 'datetime-local', step: '1', 'aria-label': label, value: filter[name] ? inPlace(filter[name]) : '',
    on: {
      change: ({ target }) => {
        filter[name] = target.value ? new Date(target.value).toISOString() : null;
        apply();
      },
    },
  });
  const custom = element('span.custom-range', { hidden: filter.range !== 'custom' }, input('From', 'from'), ' to ', input('To', 'to'));
  const choice = element('select', {
    'aria-label': 'Time range', on: {
      change() {
        custom.hidden = choice.value !== 'custom';
        filter.range = choice.value;
        filter.to = null;
        filter.from = LENGTHS[choice.value] ? begin(choice.value) : null;
        custom.querySelectorAll('input').forEach(field => { field.value = ''; });
        apply();
      },
    },
  }, ...Object.entries(RANGES).map(([value, label]) => element('option', { value }, label)));
  choice.value = filter.range ?? '';
  return element('span.range', {}, choice, custom);
}

/** A time as a field of local time has it. */
function inPlace(iso) {
  const at = new Date(iso);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
