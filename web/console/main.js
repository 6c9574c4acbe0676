/** The console: signs in, keeps one live connection, and shows one view at a time. */

import { connect } from '/client.js';
import { accessView } from './access-view.js';
import { actionsView } from './actions-view.js';
import { Activity } from './activity.js';
import { Api, inWords } from './api.js';
import { auditView } from './audit-view.js';
import { catchUp } from './catch-up.js';
import { debugView } from './debug-view.js';
import { Notices } from './dialogs.js';
import { button, element, replace, setText } from './elements.js';
import { eventsView } from './events-view.js';
import { icon } from './icons.js';
import { Listeners } from './listeners.js';
import { MessageLog } from './message-log.js';
import { nowView } from './now-view.js';
import { Outputs } from './outputs.js';
import { queueView } from './queue-view.js';
import { hashOf, routeOf } from './routes.js';
import { SessionOutbox } from './session-outbox.js';
import { buySession, forgetSession, keepPlace, storedSession, takeTicket } from './session.js';
import { listenForKeys, showHelp } from './shortcuts.js';
import { showSignIn } from './sign-in.js';

const VIEWS = { now: nowView, queue: queueView, actions: actionsView, events: eventsView, access: accessView, audit: auditView, debug: debugView };

const main = document.getElementById('main');

/** A ticket that comes to a page that is open already begins a new session. */
addEventListener('hashchange', () => {
  const ticket = takeTicket();
  if (ticket) buySession({ ticket }).then(() => location.reload(), error => showSignIn(main, error.message, () => location.reload()));
});

async function start() {
  // The browser keeps localhost and 127.0.0.1 apart; the bridge's own address is the number.
  if (location.hostname === 'localhost') return location.replace(location.href.replace('//localhost', '//127.0.0.1'));
  const ticket = takeTicket();
  let session = storedSession();
  let problem = null;
  if (ticket) {
    try {
      session = await buySession({ ticket });
    } catch (error) {
      problem = error.message;
    }
  }
  if (session) open(session);
  else showSignIn(main, problem, open);
}

function open(session) {
  const log = new MessageLog();
  const app = {
    session, log, notices: new Notices(),
    bridge: connect({ url: location.origin, token: session.token, channels: ['events', 'output:*', 'status'], outbox: new SessionOutbox(), since: session.seq }),
    activity: new Activity(), outputs: new Outputs(), connected: new Listeners(), connectionChanged: new Listeners(), clientsChanged: new Listeners(),
    connectionHistory: [], version: null,
    /** Shows another place; `quietly` only says in the address where one is. */
    go(view, { id = null, query = {} } = {}, quietly = false) {
      const hash = hashOf(view, id, query);
      if (quietly) history.replaceState(null, '', hash);
      else location.hash = hash;
    },
  };
  app.api = new Api(app.bridge);
  document.body.append(app.notices.node);
  document.body.classList.add('is-signed-in');
  const { show, close } = showViews(app);
  listen(app, close);
  addEventListener('pagehide', () => keepPlace(app.bridge.diagnostics().seq));
  addEventListener('hashchange', () => location.hash.startsWith('#ticket=') || show());
  show();
}

/** @param {() => void} close ends what is shown */
function listen(app, close) {
  const { bridge, activity, log } = app;
  const line = document.getElementById('connection');
  const banner = document.getElementById('banner');
  const words = { connecting: 'Connecting', connected: 'Connected', reconnecting: 'Reconnecting', offline: 'Bridge not reached', unauthorized: 'Signed out', closed: 'Closed' };
  const showState = ({ state, error }) => {
    line.dataset.connection = state;
    setText(line.lastElementChild, words[state]);
    const isAway = state === 'offline' || (state === 'reconnecting' && error);
    banner.hidden = !isAway;
    if (isAway) {
      replace(banner, element('p', {}, element('strong', {}, 'The bridge does not answer. '), 'What you see is how it was. It is tried again by itself.'),
        button('Try now', () => bridge.reconnect()));
    }
  };
  let clients = '';
  bridge.on('connection', change => {
    app.connectionHistory.push({ at: new Date().toISOString(), state: change.state, error: change.error?.code ?? null });
    app.connectionHistory.splice(0, app.connectionHistory.length - 50);
    log.note(change.error ? `${change.state}: ${change.error.code}` : change.state);
    showState(change);
    app.connectionChanged.tell(change);
  });
  bridge.on('connected', async () => {
    catchUp(app);
    app.connected.tell();
    const status = await app.api.status().catch(() => null);
    if (status) app.version = status.version;
  });
  bridge.on('unauthorized', () => {
    forgetSession();
    bridge.close();
    close();
    for (const dialog of document.querySelectorAll('dialog')) dialog.close('');
    app.notices.node.remove();
    document.body.classList.remove('is-signed-in');
    showSignIn(main, 'This session has ended. A session ends when the bridge is started anew, after 12 hours, or when it is revoked. Sign in again: what runs goes on meanwhile.', () => location.reload());
  });
  bridge.on('delivery', delivery => delivery.restored && announce(app.notices, delivery));
  bridge.on('state', message => activity.state(message));
  bridge.on('output', message => app.outputs.add(message));
  bridge.on('status', message => {
    activity.status(message);
    const now = JSON.stringify(message.clients ?? '');
    if (now !== clients) app.clientsChanged.tell();
    clients = now;
  });
  bridge.on('message', message => log.add(message));
  bridge.on('error', error => log.note(`${error.code}: ${error.message}`));
  showState({ state: bridge.state, error: null });
}

/** Says of what was sent before the sign-in that it went out now. What the bridge had already goes on as it did. */
async function announce(notices, delivery) {
  try {
    const { replayed } = await delivery.accepted;
    if (!replayed) notices.say(`${delivery.type} was sent, as it could not be before`);
  } catch (error) {
    if (error.code !== 'closed') notices.warn(`${delivery.type}, which could not be sent before, was refused. ${inWords(error)}`);
  }
}

function showViews(app) {
  let view = null;
  let shown = null;
  const show = () => {
    if (!document.body.classList.contains('is-signed-in')) return;
    const route = routeOf(location.hash, VIEWS);
    const isFirst = shown === null;
    const focusedLink = document.activeElement?.closest('#views');
    view?.close();
    view = VIEWS[route.view](app, route);
    shown = route.view;
    for (const link of document.querySelectorAll('#views a')) {
      if (link.dataset.view === route.view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    document.title = `${view.title} · Deskbridge`;
    replace(main, element('h1.view-title', { tabindex: '-1' }, view.title), view.node);
    main.dataset.view = route.view;
    if (!isFirst && !focusedLink) main.querySelector('h1').focus({ preventScroll: true });
  };
  const go = name => () => app.go(name);
  const onView = key => () => view?.keys?.[key]?.();
  listenForKeys({
    ...Object.fromEntries(Object.keys(VIEWS).map((name, index) => [String(index + 1), go(name)])),
    '/': () => view?.search?.(), '?': showHelp, t: switchTheme, r: onView('r'), c: onView('c'), a: onView('a'), d: onView('d'),
  });
  return { show, close: () => view?.close() };
}

function switchTheme() {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const now = document.documentElement.dataset.theme ?? (isDark ? 'dark' : 'light');
  const next = now === 'dark' ? 'light' : 'dark';
  // Back to what the system says, when that is the same.
  dispatchEvent(new CustomEvent('deskbridge-theme', { detail: (next === 'dark') === isDark ? 'auto' : next }));
  document.getElementById('theme').setAttribute('aria-pressed', next === 'dark');
}

for (const link of document.querySelectorAll('#views a')) link.prepend(icon(link.dataset.view));
const theme = document.getElementById('theme');
theme.append(icon('theme'));
theme.setAttribute('aria-pressed', (document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark');
theme.addEventListener('click', switchTheme);
const help = document.getElementById('help');
help.append(icon('help'));
help.addEventListener('click', showHelp);
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  (main.querySelector('h1') ?? main).focus();
});

start();
