/** Debug: how the connection is, and every message that went over it. */

import { copyButton } from './dialogs.js';
import { button, element, replace, setText } from './elements.js';
import { duration, number, relative, time } from './formats.js';
import { beginning } from './hidden-characters.js';
import { icon } from './icons.js';
import { coalesced } from './listeners.js';
import { liveFacts } from './plan-view.js';
import { VirtualList } from './virtual-list.js';

const COLUMNS = [{ name: 'way', label: 'Way' }, { name: 'time', label: 'Time' }, { name: 'type', label: 'Type' }, { name: 'text', label: 'Message' }, { name: 'size', label: 'Size' }];

export function debugView(app) {
  const { log } = app;
  const filter = { way: '', type: '', text: '' };
  const diagnostics = liveFacts();
  const chosen = element('div.message', { 'aria-live': 'polite' });
  const list = new VirtualList({ label: 'Messages, newest first', columns: COLUMNS, key: entry => String(entry.number), fill, open: entry => showMessage(chosen, entry) });
  const reason = element('p');
  const empty = element('div.list-empty', {}, element('div.empty', {}, reason));
  const status = element('p.list-status');
  const drawLog = () => {
    const fits = ({ direction, type, text }) => (!filter.way || filter.way === direction) && (!filter.type || filter.type === type)
      && (!filter.text || text.toLowerCase().includes(filter.text));
    const rows = log.entries.filter(fits).reverse();
    list.show(rows);
    const isPaused = log.pausedSince !== null;
    empty.hidden = rows.length > 0;
    list.node.hidden = rows.length === 0;
    setText(reason, log.entries.length ? 'No message fits.' : isPaused ? 'Paused: new messages are not kept.' : 'New messages appear here as they come.');
    setText(status, `${number(rows.length)} of ${number(log.entries.length)} kept; ${number(log.total.in)} in and ${number(log.total.out)} out in all${isPaused ? `; paused, ${number(log.missed)} came meanwhile and were not kept` : ''}`);
    setText(pausing, isPaused ? `Paused since ${time(log.pausedSince)}` : '');
    pause.classList.toggle('is-on', isPaused);
    setText(pause, isPaused ? 'Resume' : 'Pause');
    if (types.childElementCount !== log.types.size + 1) fillTypes();
  };
  // The answer to a ping is the newest round trip that the connection knows of, as are those of its own pings later.
  const measure = async () => {
    await app.bridge.ping().catch(error => app.notices.warn(error.message));
    drawDiagnostics();
  };
  const drawDiagnostics = () => diagnostics.show(inWordsOf(app.bridge.diagnostics(), app));
  const draw = coalesced(() => {
    drawLog();
    drawDiagnostics();
  });
  const choice = (label, values, name) => element('select', { 'aria-label': label, on: { change: ({ target }) => { filter[name] = target.value; drawLog(); } } },
    ...Object.entries(values).map(([value, words]) => element('option', { value }, words)));
  const types = choice('Type', { '': 'Any type' }, 'type');
  const fillTypes = () => {
    const chosenType = types.value;
    replace(types, element('option', { value: '' }, 'Any type'), ...[...log.types].sort().map(type => element('option', { value: type }, type)));
    types.value = chosenType;
  };
  const search = element('input', { type: 'search', 'aria-label': 'Search the messages', placeholder: 'Search the messages', on: { input: () => { filter.text = search.value.toLowerCase(); drawLog(); } } });
  const pausing = element('p.paused', { role: 'status' });
  // Its label says what it does next, so it has no pressed state besides.
  const pause = button('Pause', () => (log.pausedSince === null ? log.pause() : log.resume()));
  const end = [log.changed.add(draw), app.connectionChanged.add(draw)];
  const ticker = setInterval(() => !document.hidden && drawDiagnostics(), 2000);
  draw();
  return {
    node: element('div.debug', {},
      element('section.card', {}, element('header', {}, element('h2', {}, 'Connection'), element('div.buttons', {},
        button('Measure', measure, { title: 'Asks the bridge something, and looks how long the answer takes' }), button('Reconnect', () => app.bridge.reconnect(), { title: 'Drops the connection and makes a new one' }), copyButton(() => report(app), 'Copy diagnostics'))), diagnostics.node),
      element('section.messages', { 'aria-label': 'Messages' },
        element('div.filters', {}, element('h2', {}, 'Messages'), element('div.filter-line', {}, choice('Way', { '': 'Both ways', in: 'Received', out: 'Sent' }, 'way'), types, search, pause, button('Clear', () => log.clear()), pausing)),
        element('div.split.is-flat', {}, element('div.list', {}, list.node, empty, status), chosen))),
    title: 'Debug', search: () => search.focus(),
    close() {
      clearInterval(ticker);
      list.close();
      end.forEach(stop => stop());
    },
  };
}

function fill(cells, entry) {
  if (cells.way.shownWay !== entry.direction) {
    cells.way.shownWay = entry.direction;
    replace(cells.way, icon(entry.direction), element('span.unseen', {}, { in: 'received', out: 'sent', note: 'happened' }[entry.direction]));
  }
  setText(cells.time, time(entry.at));
  setText(cells.type, entry.type);
  setText(cells.text, beginning(entry.text, 300));
  setText(cells.size, number(entry.length));
}

function showMessage(place, entry) {
  let text = entry.text;
  try {
    text = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // It was cut, so it stays as it is.
  }
  replace(place, element('header', {}, element('h3', {}, entry.type), copyButton(entry.text)), element('pre.json', { tabindex: '0', 'aria-label': 'Message' }, element('code', {}, text)));
}

function inWordsOf(state, app) {
  const ago = at => (at ? relative(at) : 'never');
  return {
    State: state.state, Address: state.url, Transport: state.transport, Client: state.client, Session: state.session,
    'Connected since': state.connectedSince ? `${time(state.connectedSince)} (${relative(state.connectedSince)})` : 'not connected',
    'Connections made': state.connections, 'Round trip': state.roundTrip === null ? 'not measured yet' : duration(state.roundTrip),
    'Last message': ago(state.lastMessageAt), Subscriptions: state.subscriptions.join(', ') || 'none',
    Pending: `${state.pending.deliveries} deliveries, ${state.pending.unsent} unsent, ${state.pending.requests} requests`,
    'Last confirmation': state.seq ?? 'none', Acknowledged: state.acknowledged ?? 'none', 'Last error': state.lastError ? `${state.lastError.code}: ${state.lastError.message}` : 'none',
    'Bridge version': app.version,
  };
}

/** What helps somebody else to find a fault: numbers, states and kinds of messages; no token, no payload. */
function report(app) {
  const kinds = {};
  for (const { direction, type } of app.log.entries) kinds[`${direction} ${type}`] = (kinds[`${direction} ${type}`] ?? 0) + 1;
  return JSON.stringify({
    at: new Date().toISOString(), version: app.version, browser: navigator.userAgent, online: navigator.onLine,
    window: `${innerWidth}x${innerHeight} at ${devicePixelRatio}`, connection: app.bridge.diagnostics(), counts: app.activity.counts,
    changes: app.connectionHistory, messages: app.log.total, kinds,
  }, null, 2);
}
