/** Queue: what is not finished, and what ended so that it wants a person. */

import { button, element, replace, setText } from './elements.js';
import { EventList } from './event-list.js';
import { number } from './formats.js';
import { icon } from './icons.js';
import { ACTIVE, OPEN, STATES } from './states.js';

const PRESETS = [['Open', OPEN], ['Wants you', ['waiting', 'unknown', 'failed']], ['In progress', ACTIVE]];

export function queueView(app, route) {
  const filter = filterOf(route);
  const list = new EventList(app, {
    label: 'Events in the queue', opened: id => app.go('queue', { id, query: queryOf(filter) }, true),
    empty: () => emptyQueue(filter),
  });
  const chips = element('div.chips', { role: 'group', 'aria-label': 'States' });
  const presets = PRESETS.map(([label, states]) => ({ states, node: button(label, () => { filter.states = [...states]; apply(); }, { class: 'chip preset' }) }));
  const toggles = OPEN.map(state => {
    const figure = element('span.figure');
    const node = button([icon(`state-${state}`), STATES[state].label, figure], () => {
      filter.states = filter.states.includes(state) ? filter.states.filter(other => other !== state) : [...filter.states, state];
      apply();
    }, { class: 'chip', data: { state } });
    return { state, node, figure };
  });
  chips.append(...presets.map(preset => preset.node), ...toggles.map(toggle => toggle.node));
  const search = searchFields(app, filter, list.feed, () => apply());
  const apply = () => {
    draw();
    app.go('queue', { query: queryOf(filter) }, true);
    list.open(null);
    list.show({ ...filter, states: filter.states.length ? filter.states : OPEN });
  };
  const draw = () => {
    presets.forEach(({ states, node }) => node.setAttribute('aria-pressed', states.length === filter.states.length && states.every(state => filter.states.includes(state))));
    toggles.forEach(({ state, node, figure }) => {
      node.setAttribute('aria-pressed', filter.states.includes(state));
      replace(figure, app.activity.counts ? number(app.activity.counts[state] ?? 0) : '');
    });
  };
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
  return { states: states.length ? states : [...OPEN], type: typeOf(query), client: query.get('client') ?? '', text: query.get('q') ?? '' };
}

const queryOf = ({ states, type, client, text }) => ({ state: states.length === OPEN.length ? [] : states, type, client, q: text });

/** Types are written in capital letters. */
export const typeOf = query => (query.get('type') ?? '').toUpperCase();

/**
 * Text, type and client, applied a moment after the last key. Type and client are compared as a whole: their fields offer those that are
 * known, and the bridge's objections stand beside them.
 *
 * @param {EventFeed} feed what the fields filter
 */
export function searchFields(app, filter, feed, apply) {
  let timer = null;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 250);
  };
  const field = (name, label, attributes = {}) => {
    const input = element('input', {
      type: 'search', 'aria-label': label, placeholder: label, autocomplete: 'off', spellcheck: 'false', value: filter[name], ...attributes,
      on: {
        input() {
          filter[name] = name === 'type' ? input.value.trim().toUpperCase() : input.value.trim();
          soon();
        },
      },
    });
    return input;
  };
  const exact = (name, label, known) => {
    const choices = element('datalist', { id: `known-${name}s` });
    const problem = element('p.problem', { id: `${name}-problem`, hidden: true });
    const input = field(name, label, { list: choices.id, 'aria-describedby': problem.id, class: name });
    // What is known changes while one looks.
    input.addEventListener('focus', async () => {
      const values = new Set([...await known(), ...feed.rows.map(row => row[name])]);
      replace(choices, [...values].sort().map(value => element('option', { value })));
    });
    const explain = () => {
      const isWrong = feed.error?.errors?.some(({ pointer }) => pointer === `/${name}`) ?? false;
      input.setAttribute('aria-invalid', isWrong);
      problem.hidden = !isWrong;
      setText(problem, isWrong ? feed.error.message : '');
    };
    return { node: element('div.exact', {}, input, choices, problem), explain };
  };
  const text = field('text', 'Search in ids, keys and payloads', { class: 'wide' });
  const type = exact('type', 'Type, exactly', () => app.api.actions().then(actions => actions.map(action => action.type), () => []));
  const client = exact('client', 'Client, exactly', () => (app.activity.clients ?? []).map(one => one.client));
  feed.changed.add(() => [type, client].forEach(one => one.explain()));
  return { node: element('div.search', { role: 'search' }, icon('search'), text, type.node, client.node), focus: () => text.focus() };
}

/** What to do when nothing fits. */
export const wayOut = ({ type, client }, others) =>
  (type || client ? `Type and client have to be written out: their fields offer what is known. Else ${others}` : others[0].toUpperCase() + others.slice(1));

function emptyQueue(filter) {
  const isNarrow = filter.states.length < OPEN.length || filter.text || filter.type || filter.client;
  return isNarrow
    ? element('div.empty', {}, element('h3', {}, 'No event fits'), element('p', {}, wayOut(filter, 'choose other states, or clear the search.')))
    : element('div.empty', {}, icon('state-succeeded'), element('h3', {}, 'The queue is empty'), element('p', {}, 'Everything that came in is done. What waits, fails or wants a decision stands here.'),
      element('p', {}, 'Send an event: ', element('code', {}, 'deskbridge send CREATE_RESOURCE --set name=Project_001'), ' or use ', element('a', { href: '#/actions' }, 'Actions'), '.'));
}
