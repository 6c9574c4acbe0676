/** Events: the log of all that came in, with search, time range, replay and export. */

import { element } from './elements.js';
import { EventList } from './event-list.js';
import { exportButton } from './export-button.js';
import { searchFields, typeOf, wayOut } from './queue-view.js';
import { STATES } from './states.js';
import { rangeFields, rangeOf, rangeQuery } from './time-range.js';

export function eventsView(app, route) {
  const states = route.query.getAll('state').filter(state => state in STATES);
  const filter = { states, type: typeOf(route.query), client: route.query.get('client') ?? '', text: route.query.get('q') ?? '', ...rangeOf(route.query) };
  const list = new EventList(app, {
    label: 'All events', opened: id => app.go('events', { id, query: queryOf(filter) }, true),
    empty: () => element('div.empty', {}, element('h3', {}, hasFilter(filter) ? 'No event fits' : 'No events yet'),
      hasFilter(filter) ? element('p', {}, wayOut(filter, 'widen the time range, or clear the search.'))
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
  const search = searchFields(app, filter, list.feed, apply);
  const range = rangeFields(filter, apply);
  const exporting = exportButton(app, 'event', () => pagesOf(app.api, filter));
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

const queryOf = filter => ({ state: filter.states, type: filter.type, client: filter.client, q: filter.text, ...rangeQuery(filter) });

/** All events that the filter lets through, as lines of JSON, page by page. */
async function* pagesOf(api, { states, type, client, text, from, to }) {
  let after = null;
  do {
    const page = await api.events({ state: states, type, client, q: text, from, to, after, limit: 500 });
    yield page.events.map(event => JSON.stringify(event));
    after = page.next;
  } while (after !== null);
}
