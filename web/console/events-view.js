/** Events: the log of all that came in, with search, time range, replay and export. */

import { inWords } from './api.js';
import { button, element } from './elements.js';
import { EventList } from './event-list.js';
import { count } from './formats.js';
import { searchFields } from './queue-view.js';
import { STATES } from './states.js';

const MOST = 100_000;

const RANGES = { '': 'Any time', '15m': 'Last 15 minutes', '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', custom: 'From … to …' };
const LENGTHS = { '15m': 900e3, '1h': 3600e3, '24h': 86_400e3, '7d': 604_800e3 };

export function eventsView(app, route) {
  const states = route.query.getAll('state').filter(state => state in STATES);
  const filter = { states, type: route.query.get('type') ?? '', client: route.query.get('client') ?? '', text: route.query.get('q') ?? '', from: null, to: null };
  const list = new EventList(app, {
    label: 'All events', opened: id => app.go('events', { id, query: queryOf(filter) }, true),
    empty: () => element('div.empty', {}, element('h3', {}, hasFilter(filter) ? 'No event fits' : 'No events yet'),
      hasFilter(filter) ? element('p', {}, 'Widen the time range, or clear the search.')
        : element('p', {}, 'Send one: ', element('code', {}, 'deskbridge send CREATE_RESOURCE --set name=Project_001'))),
  });
  const apply = () => {
    app.go('events', { query: queryOf(filter) }, true);
    list.open(null);
    list.show(filter);
  };
  const state = element('select', { 'aria-label': 'State', on: { change: () => { filter.states = state.value ? [state.value] : []; apply(); } } },
    element('option', { value: '' }, 'Any state'), ...Object.entries(STATES).map(([name, { label }]) => element('option', { value: name }, label)));
  state.value = states[0] ?? '';
  const search = searchFields(filter, apply);
  const range = rangeFields(filter, apply);
  const exporting = exportButton(app, () => filter);
  list.show(filter);
  if (route.id) list.open(route.id);
  return {
    node: element('div.events-view', {}, element('div.filters', {}, search.node, element('div.filter-line', {}, state, range, exporting.node)), list.node),
    title: 'Events', search: search.focus, keys: list.keys,
    close() {
      exporting.close();
      list.close();
    },
  };
}

const hasFilter = ({ states, type, client, text, from, to }) => Boolean(states.length || type || client || text || from || to);

const queryOf = ({ states, type, client, text }) => ({ state: states, type, client, q: text });

function rangeFields(filter, apply) {
  const input = (label, name) => element('input', {
    type: 'datetime-local', step: '1', 'aria-label': label, on: { change: ({ target }) => { filter[name] = target.value ? new Date(target.value).toISOString() : null; apply(); } },
  });
  const custom = element('span.custom-range', { hidden: true }, input('From', 'from'), ' to ', input('To', 'to'));
  const choice = element('select', {
    'aria-label': 'Time range', on: {
      change() {
        custom.hidden = choice.value !== 'custom';
        filter.to = null;
        filter.from = LENGTHS[choice.value] ? new Date(Date.now() - LENGTHS[choice.value]).toISOString() : null;
        apply();
      },
    },
  }, ...Object.entries(RANGES).map(([value, label]) => element('option', { value }, label)));
  return element('span.range', {}, choice, custom);
}

/** Saves all events that the filter lets through as JSON lines, page by page. */
function exportButton(app, filter) {
  let turn = null;
  const words = element('span', { 'aria-live': 'polite' }, 'Export');
  const node = button(words, async () => {
    if (turn) return turn.abort();
    turn = new AbortController();
    const { signal } = turn;
    const { states, type, client, text, from, to } = filter();
    const parts = [];
    let total = 0;
    try {
      let after = null;
      do {
        const page = await app.api.events({ state: states, type, client, q: text, from, to, after, limit: 500 }, { signal });
        // A blob for each page: the browser may keep those on disk.
        if (page.events.length) parts.push(new Blob([`${page.events.map(event => JSON.stringify(event)).join('\n')}\n`]));
        total += page.events.length;
        words.textContent = `${count(total, 'event')}, stop`;
        after = page.next;
      } while (after !== null && total < MOST);
      save(new Blob(parts, { type: 'application/jsonl' }), `deskbridge-events-${new Date().toISOString().slice(0, 19).replace(/:/g, '')}.jsonl`);
      app.notices.say(`${count(total, 'event')} exported`);
    } catch (error) {
      if (!signal.aborted) app.notices.warn(inWords(error));
    }
    turn = null;
    words.textContent = 'Export';
  }, { title: 'All events that fit the search, as JSON lines' });
  return { node, close: () => turn?.abort() };
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
