/** Now: what the bridge does at this moment. */

import { BUCKET } from './activity.js';
import { button, element, replace, setText } from './elements.js';
import { count, duration, number, relative, time } from './formats.js';
import { coalesced } from './listeners.js';
import { outputView } from './output-view.js';
import { sparkline } from './sparkline.js';
import { ACTIVE, FINAL, stateBadge } from './states.js';

const SHOWN = 6;

export function nowView(app) {
  const tiles = stateTiles(app);
  const throughput = sparkline('bars', values => `${count(sum(values), 'event')} ended in the last five minutes`);
  const latency = sparkline('line', values => `From accepted to ended: ${duration(last(values) ?? 0)} lately`);
  const rate = element('strong.figure', {}, '–');
  const took = element('strong.figure', {}, '–');
  const running = runningCards(app);
  const recent = element('ol.changes');
  const clients = element('div');
  const health = element('div');
  const card = (title, ...content) => element('section.card', {}, element('h2', {}, title), ...content);

  const node = element('div.now', {},
    element('div.tiles', {}, ...tiles.nodes), health,
    element('div.charts', {},
      card('Throughput', element('p.figure-line', {}, rate, element('span.note', {}, ' ended in 5 min')), throughput.node),
      card('Time taken', element('p.figure-line', {}, took, element('span.note', {}, ' median, accepted to ended')), latency.node)),
    card('Running', running.node), card('Changes', recent), card('Clients', clients));

  const drawCharts = () => {
    const series = app.activity.series();
    const ended = series.map(part => part.ended);
    throughput.show(ended);
    latency.show(series.map(part => part.took));
    setText(rate, number(sum(ended)));
    const times = series.map(part => part.took).filter(value => value !== null).sort((a, b) => a - b);
    setText(took, times.length ? duration(times[times.length >> 1]) : '–');
  };
  const draw = coalesced(() => {
    tiles.draw();
    running.draw();
    drawRecent(app, recent);
    drawCharts();
  });

  const drawStatus = async () => {
    let status;
    let tokens = [];
    try {
      [status, tokens] = await Promise.all([app.api.status(), app.api.tokens().catch(() => [])]);
    } catch {
      return;
    }
    app.activity.status(status);
    drawHealth(health, status);
    drawClients(clients, status.clients, tokens);
  };
  const ends = [app.activity.changed.add(draw), app.connected.add(drawStatus), app.clientsChanged.add(drawStatus)];
  // The charts move on with the clock, not with the bridge.
  const ticker = setInterval(() => !document.hidden && drawCharts(), BUCKET);
  draw();
  drawStatus();
  return {
    node, title: 'Now',
    close() {
      clearInterval(ticker);
      running.close();
      ends.forEach(end => end());
    },
  };
}

const sum = values => values.reduce((total, value) => total + (value ?? 0), 0);
const last = values => values.findLast(value => value !== null);

/** How many events there are of each state, each a link to them. */
function stateTiles(app) {
  const figures = new Map();
  const tile = (state, view) => {
    const figure = element('strong.figure', {}, '–');
    figures.set(state, figure);
    return element('a.tile', { href: `#/${view}?state=${state}`, data: { state } }, stateBadge(state), figure);
  };
  const wanting = ['waiting', 'unknown', 'failed'];
  const order = [...wanting, ...ACTIVE.filter(state => state !== 'waiting'), ...FINAL.filter(state => !wanting.includes(state))];
  const nodes = order.map(state => tile(state, ['succeeded', 'cancelled', 'expired'].includes(state) ? 'events' : 'queue'));
  return {
    nodes,
    draw() {
      const { counts } = app.activity;
      for (const [state, figure] of figures) {
        setText(figure, counts ? number(counts[state] ?? 0) : '–');
        figure.closest('.tile').classList.toggle('is-none', !counts?.[state]);
      }
    },
  };
}

/** A card with live output for each event that runs. */
function runningCards(app) {
  const cards = new Map();
  const list = element('ul.running');
  const more = element('p.note');
  const empty = element('p.note', {}, 'Nothing runs. What runs shows its output here as it comes.');
  const node = element('div', {}, list, more, empty);
  const drop = id => {
    cards.get(id).output.close();
    cards.get(id).node.remove();
    cards.delete(id);
  };
  // What was written while the connection was away.
  const end = app.connected.add(() => [...cards.keys()].forEach(id => app.outputs.catchUp(app.api, id)));
  return {
    node,
    draw() {
      const events = [...app.activity.running.values()].sort((a, b) => b.since - a.since);
      const shown = events.slice(0, SHOWN);
      for (const id of cards.keys()) if (!shown.some(event => event.id === id)) drop(id);
      for (const event of shown) {
        if (cards.has(event.id)) continue;
        const output = outputView(app.outputs, event.id, { most: 8 });
        if (event.isOlder) app.outputs.catchUp(app.api, event.id);
        const link = element('a', { href: `#/queue/${event.id}` }, event.type);
        const card = element('li', {}, element('p.running-head', {}, stateBadge('running'), link,
          element('span.note', {}, `${event.client}, since ${time(event.since)}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`)), output.node);
        cards.set(event.id, { node: card, output });
        list.append(card);
      }
      setText(more, events.length > SHOWN ? `and ${events.length - SHOWN} more` : '');
      empty.hidden = events.length > 0;
    },
    close() {
      end();
      [...cards.keys()].forEach(drop);
    },
  };
}

function drawRecent(app, list) {
  const changes = app.activity.recent.slice(0, 14);
  if (!changes.length) {
    replace(list, element('li.note', {}, 'No events yet. Send one: ', element('code', {}, 'deskbridge send CREATE_RESOURCE --set name=Project_001'),
      ', or from ', element('a', { href: '#/actions' }, 'Actions'), '.'));
    return;
  }
  replace(list, changes.map(({ id, type, client, after, at, took, error }) => element('li', {},
    element('time', { datetime: new Date(at).toISOString() }, time(at)), stateBadge(after), element('a', { href: `#/events/${id}` }, type),
    element('span.note', {}, error && after !== 'succeeded' ? error.message : FINAL.includes(after) ? duration(took) : client))));
}

function drawClients(node, clients, tokens) {
  const names = [...new Set([...clients.map(({ client }) => client), ...tokens.filter(token => !token.revokedAt).map(({ client }) => client)])].sort();
  if (!names.length) {
    replace(node, element('p.note', {}, 'No client has a token yet. Make one: ', element('code', {}, 'deskbridge token create dashboard --origin https://studio.example')));
    return;
  }
  const rows = names.map(name => {
    const connections = clients.find(({ client }) => client === name)?.connections ?? 0;
    const own = tokens.filter(token => token.client === name && !token.revokedAt);
    const used = own.map(token => token.lastUsedAt).filter(Boolean).sort().at(-1);
    return element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, [...new Set(own.flatMap(token => token.origins))].join(', ') || 'no web page'),
      element('td', {}, connections ? `${count(connections, 'connection')}` : used ? relative(used) : 'never'));
  });
  replace(node, element('table', {}, element('thead', {}, element('tr', {}, ...['Client', 'Origin', 'Seen'].map(name => element('th', { scope: 'col' }, name)))), element('tbody', {}, ...rows)));
}

/** Mistakes in the definitions: the bridge goes on with the older contents, so somebody has to be told. */
function drawHealth(node, status) {
  const errors = [...(status.actions?.errors ?? []), ...(status.policies?.errors ?? [])];
  if (!errors.length) return void node.replaceChildren();
  replace(node, element('section.card.problem-card', {}, element('h2', {}, count(errors.length, 'mistake'), ' in the definitions'),
    element('p', {}, 'The bridge goes on with what was right before. A corrected file is in force at once.'),
    element('ul', {}, ...errors.map(({ location, message }) => element('li', {}, element('code', {}, location), ' ', message))),
    button('Dismiss', () => node.replaceChildren(), { class: 'quiet' })));
}
