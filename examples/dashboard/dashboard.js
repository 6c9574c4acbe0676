// A small production tracker. It knows nothing of folders: it sends CREATE_RESOURCE to the bridge on this computer, and shows what comes back.
import { connect } from './deskbridge-client.js';
import { Row } from './row.js';
import { visible } from './visible.js';

const $ = (id) => document.getElementById(id);

const settings = await redeem() ?? { ...JSON.parse(localStorage.getItem('tracker.settings') ?? '{}'), ...await (await fetch('settings')).json() };
const bridge = connect({ port: settings.port, token: settings.token });
/** Rows by the item they stand for. */
const rows = new Map();

// MARK: The connection

const words = {
  connecting: 'Connecting', connected: 'Connected to your desk', reconnecting: 'Connecting again', offline: 'The bridge is off',
  unauthorized: 'Not signed in', closed: 'Closed',
};

bridge.on('connection', ({ state, error }) => {
  $('connection').dataset.state = state;
  $('connection').querySelector('.words').textContent = words[state];
  const isTrouble = error && (state === 'offline' || state === 'unauthorized');
  $('notice').hidden = !isTrouble;
  if (isTrouble && $('notice').textContent !== error.message) $('notice').textContent = error.message;
  $('sign-in').hidden = state !== 'unauthorized';
});

$('command').textContent = `deskbridge token create dashboard --origin ${location.origin}`;
$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const token = $('token').value.trim();
  remember({ ...settings, token });
  bridge.signIn({ token });
  $('token').value = '';
});

/** The script that started this page put a code into its address, which is good once and brings port and token. */
async function redeem() {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (!code) return null;
  history.replaceState(null, '', location.pathname);
  const response = await fetch('settings', { method: 'POST', body: code });
  return response.ok ? remember(await response.json()) : null;
}

function remember(known) {
  localStorage.setItem('tracker.settings', JSON.stringify(known));
  return known;
}

// MARK: Projects

const projects = JSON.parse(localStorage.getItem('tracker.projects') ?? 'null') ?? [
  { id: 'p1', name: 'Northern_Lights', due: '2026-12-18', shots: 3 },
  { id: 'p2', name: 'Harbour', due: '2027-01-22', shots: 2 },
  { id: 'p3', name: 'Paper_Moon', due: '2027-03-05', shots: 2 },
];

function show(project) {
  const body = document.createElement('tbody');
  const add = (item) => {
    const row = new Row(item, { start: () => start(item), cancel: (delivery) => delivery.cancel() });
    rows.set(item.id, row);
    body.append(...row.elements);
  };
  add({ id: project.id, kind: 'project', title: project.name, due: project.due, payload: { name: project.name, shots: project.shots } });
  for (let number = 10; number <= project.shots * 10; number += 10) {
    const shot = `sh${String(number).padStart(3, '0')}`;
    add({ id: `${project.id}/${shot}`, kind: 'shot', title: shot, due: '', payload: { name: `${project.name}_${shot}`, shots: 0 } });
  }
  $('projects').append(body);
}

$('new-project').addEventListener('submit', (event) => {
  event.preventDefault();
  const project = { id: `p${Date.now()}`, name: $('name').value, due: '', shots: Number($('shots').value) };
  projects.push(project);
  localStorage.setItem('tracker.projects', JSON.stringify(projects));
  show(project);
  $('name').value = '';
  rows.get(project.id).focus();
});

$('artist').value = localStorage.getItem('tracker.artist') ?? $('artist').value;
$('artist').addEventListener('change', () => localStorage.setItem('tracker.artist', $('artist').value));

// MARK: Events

/** The key says which row it is for, so that whatever comes back finds its row, also after this page was closed. */
function start({ id, payload }) {
  bridge.send('CREATE_RESOURCE', { ...payload, user: $('artist').value }, { idempotencyKey: `tracker ${id} ${crypto.randomUUID()}` });
}

const rowOf = (key) => rows.get(key.split(' ')[1]);

bridge.on('delivery', async (delivery) => {
  const row = rowOf(delivery.idempotencyKey);
  if (!row) return;
  row.follow(delivery);
  for await (const update of delivery.updates) row.tell(update);
  // A refusal has no confirmation; a failure had one.
  delivery.catch((error) => { if (!error.confirmation && error.code !== 'closed') row.refuse(error); });
});

// Also those of events that an earlier life of this page sent.
bridge.on('confirmation', (confirmation) => {
  const row = rowOf(confirmation.idempotencyKey);
  if (!row) return;
  row.confirm(confirmation);
  const outcome = confirmation.error ? 'failed' : 'is on the desk';
  $('announcement').textContent = `${visible(row.title, 80)} ${outcome}`;
});

for (const project of projects) show(project);
