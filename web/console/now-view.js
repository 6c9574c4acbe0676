/** Now: what the bridge does at this moment. */

import { BUCKET } from './activity.js';
import { button, element, replace, setText } from './elements.js';
import { count, duration, number, relative, time } from './formats.js';
import { coalesced, throttled } from './listeners.js';
import { outputView } from './output-view.js';
import { sparkline } from './sparkline.js';
import { ACTIVE, FINAL, stateBadge } from './states.js';

const SHOWN = 6;
/** Milliseconds. What is done sooner gets no card: cards that flash by would move everything below them. */
const PATIENCE = 400;
const CHANGES = 14;
/** In others, an error is that of the attempt before. */
const FAULTY = ['failed', 'retrying', 'unknown'];

export function nowView(app) {
  const tiles = stateTiles(app);
  let isWhole = true;
  const throughput = sparkline('bars', values => `${isWhole ? '' : 'At least '}${count(sum(values), 'event')} ended in the last five minutes`);
  const latency = sparkline('line', values => `From accepted to ended: ${duration(last(values) ?? 0)} lately`);
  const rate = element('strong.figure', {}, '–');
  const rateNote = element('span.note', {}, ' ended in 5 min');
  const took = element('strong.figure', {}, '–');
  const running = runningCards(app, () => draw());
  const recent = changesList(app);
  const clients = element('div');
  const health = element('div');
  const card = (title, ...content) => element('section.card', {}, element('h2', {}, title), ...content);

  const node = element('div.now', {},
    element('div.tiles', {}, ...tiles.nodes), health,
    element('div.charts', {},
      card('Throughput', element('p.figure-line', {}, rate, rateNote), throughput.node),
      card('Time taken', element('p.figure-line', {}, took, element('span.note', {}, ' median, accepted to ended')), latency.node)),
    card('Running', running.node), card('Changes', recent.node), card('Clients', clients));

  const drawCharts = throttled(500, () => {
    const series = app.activity.series();
    ({ isWhole } = series);
    throughput.show(series.parts.map(part => part.ended));
    latency.show(series.parts.map(part => part.took));
    setText(rate, number(series.ended));
    // What ended before the page was there may be too much to ask for.
    setText(rateNote, isWhole ? ' ended in 5 min' : ' or more ended in 5 min');
    setText(took, series.took === null ? '–' : duration(series.took));
  });
  const draw = coalesced(() => {
    if (press.isHeld) return;
    tiles.draw();
    running.draw();
    recent.draw();
    drawCharts();
  });

  const press = pressOn(node, draw);
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
      press.close();
      drawCharts.cancel();
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
function runningCards(app, drawAgain) {
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
  let timer = null;
  return {
    node,
    draw() {
      const now = Date.now();
      const all = [...app.activity.running.values()];
      const events = all.filter(event => event.isOlder || now - event.since >= PATIENCE).sort((a, b) => b.since - a.since);
      clearTimeout(timer);
      timer = events.length < all.length ? setTimeout(drawAgain, PATIENCE) : null;
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
      clearTimeout(timer);
      [...cards.keys()].forEach(drop);
    },
  };
}

/** The newest changes. A row keeps its element, so that it can be clicked and focused while others come. */
function changesList(app) {
  const node = element('ol.changes');
  const rows = new Map();
  const none = element('li.note', {}, 'No events yet. Send one: ', element('code', {}, 'deskbridge send CREATE_RESOURCE --set name=Project_001'),
    ', or from ', element('a', { href: '#/actions' }, 'Actions'), '.');
  const draw = () => {
    const changes = app.activity.recent.slice(0, CHANGES);
    none.remove();
    if (!changes.length) node.append(none);
    const keys = new Set(changes.map(change => change.key));
    for (const [key, row] of rows) {
      if (keys.has(key) || row.contains(document.activeElement)) continue;
      row.remove();
      rows.delete(key);
    }
    let place = node.firstElementChild;
    for (const change of changes) {
      const row = rows.get(change.key) ?? changeRow(change);
      rows.set(change.key, row);
      if (row === place) place = place.nextElementSibling;
      else node.insertBefore(row, place);
    }
  };
  return { node, draw };
}

/** Whether something of a node is pressed: what moves away between press and release gets no click. */
function pressOn(node, released) {
  const press = { isHeld: false, close: () => names.forEach(name => removeEventListener(name, release)) };
  const names = ['pointerup', 'pointercancel', 'blur'];
  const release = () => {
    if (!press.isHeld) return;
    press.isHeld = false;
    // The click comes after it.
    setTimeout(released);
  };
  node.addEventListener('pointerdown', () => { press.isHeld = true; });
  names.forEach(name => addEventListener(name, release));
  return press;
}

function changeRow({ id, type, client, after, at, took, error }) {
  const note = error && FAULTY.includes(after) ? error.message : FINAL.includes(after) ? duration(took) : client;
  return element('li', {}, element('time', { datetime: new Date(at).toISOString() }, time(at)), stateBadge(after),
    element('a', { href: `#/events/${id}` }, type), element('span.note', {}, note));
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
      element('td', {}, connections ? count(connections, 'connection') : 'not connected'), element('td', {}, used ? relative(used) : own.length ? 'never' : '–'));
  });
  replace(node, element('table', {}, element('thead', {}, element('tr', {}, ...['Client', 'Origin', 'Connected', 'Token used'].map(name => element('th', { scope: 'col' }, name)))), element('tbody', {}, ...rows)));
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
