/** Queue: what is not finished, and what ended so that it wants a person. */

import { button, element, replace } from './elements.js';
import { EventList } from './event-list.js';
import { number } from './formats.js';
import { icon } from './icons.js';
import { ACTIVE, OPEN, STATES } from './states.js';

export function queueView(app, route) {
  const filter = filterOf(route);
  const list = new EventList(app, {
    label: 'Events in the queue', opened: id => app.go('queue', { id, query: queryOf(filter) }, true),
    empty: () => emptyQueue(filter),
  });
  const chips = element('div.chips', { role: 'group', 'aria-label': 'States' });
  const groups = [['Open', OPEN], ['Wants you', ['waiting', 'unknown', 'failed']], ['In progress', ACTIVE]].map(([label, states]) =>
    button(label, () => { filter.states = [...states]; apply(); }, { class: 'quiet' }));
  const toggles = OPEN.map(state => {
    const figure = element('span.figure');
    const node = button([icon(`state-${state}`), STATES[state].label, figure], () => {
      filter.states = filter.states.includes(state) ? filter.states.filter(other => other !== state) : [...filter.states, state];
      apply();
    }, { class: 'chip', data: { state } });
    return { state, node, figure };
  });
  chips.append(...toggles.map(toggle => toggle.node), ...groups);
  const search = searchFields(filter, () => apply());
  const apply = () => {
    draw();
    app.go('queue', { query: queryOf(filter) }, true);
    list.open(null);
    list.show({ ...filter, states: filter.states.length ? filter.states : OPEN });
  };
  const draw = () => toggles.forEach(({ state, node, figure }) => {
    node.setAttribute('aria-pressed', filter.states.includes(state));
    replace(figure, app.activity.counts ? number(app.activity.counts[state] ?? 0) : '');
  });
  const end = app.activity.changed.add(draw);
  draw();
  list.show({ ...filter, states: filter.states.length ? filter.states : OPEN });
  if (route.id) list.open(route.id);
  return {
    node: element('div.events-view', {}, element('div.filters', {}, chips, search.node), list.node), title: 'Queue',
    search: search.focus, keys: list.keys,
    close() {
      end();
      list.close();
    },
  };
}

function filterOf({ query }) {
  const states = query.getAll('state').filter(state => OPEN.includes(state));
  return { states: states.length ? states : [...OPEN], type: query.get('type') ?? '', client: query.get('client') ?? '', text: query.get('q') ?? '' };
}

const queryOf = ({ states, type, client, text }) => ({ state: states.length === OPEN.length ? [] : states, type, client, q: text });

/** Text, type and client, applied a moment after the last key. */
export function searchFields(filter, apply) {
  let timer = null;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 250);
  };
  const field = (name, label, attributes = {}) => {
    const input = element('input', {
      type: 'search', 'aria-label': label, placeholder: label, autocomplete: 'off', spellcheck: 'false', value: filter[name], ...attributes,
      on: { input: () => { filter[name] = input.value.trim(); soon(); } },
    });
    return input;
  };
  const text = field('text', 'Search in ids, keys and payloads', { class: 'wide' });
  return { node: element('div.search', { role: 'search' }, icon('search'), text, field('type', 'Type'), field('client', 'Client')), focus: () => text.focus() };
}

function emptyQueue(filter) {
  const isNarrow = filter.states.length < OPEN.length || filter.text || filter.type || filter.client;
  return isNarrow
    ? element('div.empty', {}, element('h3', {}, 'No event fits'), element('p', {}, 'Choose other states, or clear the search.'))
    : element('div.empty', {}, icon('state-succeeded'), element('h3', {}, 'The queue is empty'), element('p', {}, 'Everything that came in is done. What waits, fails or wants a decision stands here.'),
      element('p', {}, 'Send an event: ', element('code', {}, 'deskbridge send CREATE_RESOURCE --set name=Project_001'), ' or use ', element('a', { href: '#/actions' }, 'Actions'), '.'));
}
