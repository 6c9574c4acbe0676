// A page that makes projects on the desk. Written without JSX, so that a browser reads it as it stands.
import { StrictMode, createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useBridge, useBridgeEvent } from './use-bridge.js';

function Page({ port, token }) {
  const bridge = useBridge({ port, token });
  const [name, setName] = useState('Project_001');
  const [done, setDone] = useState(0);
  // Sees the `done` of the latest render, however old the connection is.
  useBridgeEvent(bridge, 'confirmation', ({ error }) => { if (!error) setDone(done + 1); });

  function start(event) {
    event.preventDefault();
    bridge.send('CREATE_RESOURCE', { name, user: 'Robin' });
  }

  return h('main', null,
    h('h1', null, 'Projects on this desk'),
    h('p', { role: 'status', id: 'connection' }, `${bridge.state}, ${done} done`),
    bridge.error && h('p', { role: 'alert', className: 'trouble' }, bridge.error.message),
    h('form', { onSubmit: start },
      h('label', null, 'Name ', h('input', { value: name, onChange: (event) => setName(event.target.value), required: true })),
      h('button', null, 'Start')),
    h('ul', null, bridge.records.map((record) => h(Project, { key: record.key, record }))));
}

function Project({ record: { payload, state, lines, confirmation, error } }) {
  return h('li', null,
    h('bdi', null, payload.name), ` ${state} `, confirmation?.payload && h('code', null, confirmation.payload.path),
    error && h('span', { className: 'trouble' }, error.message),
    lines.length > 0 && h('pre', null, lines.join('\n')));
}

const parameters = new URLSearchParams(location.search);
const port = Number(parameters.get('port') ?? 7420);
const token = sessionStorage.getItem('token') ?? prompt('A token for this page, from: deskbridge token create dashboard --origin ' + location.origin);
if (token) sessionStorage.setItem('token', token);
createRoot(document.getElementById('page')).render(h(StrictMode, null, h(Page, { port, token })));
