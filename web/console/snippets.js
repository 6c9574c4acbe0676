/** The same event, ready to paste elsewhere. The token is never in it. */

import { copyButton } from './dialogs.js';
import { element, replace } from './elements.js';

/** As one word for a POSIX shell. */
const shellWord = text => (/^[A-Za-z0-9_\/.,:=@%+-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`);

const pretty = value => JSON.stringify(value, null, 2);

/** Each makes a text out of an event, the bridge's address, and a key that no other event has. */
const KINDS = {
  curl: (type, payload, address, key) => [
    `curl ${address}/v1/events \\`,
    '  -H "Authorization: Bearer $DESKBRIDGE_TOKEN" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -H 'Idempotency-Key: ${key}' \\`,
    "  -H 'Prefer: wait=30' \\",
    `  -d ${shellWord(JSON.stringify({ type, payload }))}`,
  ].join('\n'),
  fetch: (type, payload, address) => [
    `const response = await fetch(${JSON.stringify(`${address}/v1/events`)}, {`,
    "  method: 'POST',",
    "  headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Prefer: 'wait=30' },",
    `  body: JSON.stringify(${pretty({ type, idempotencyKey: '…', payload }).replace('"…"', 'crypto.randomUUID()').replace(/\n/g, '\n  ')}),`,
    '});',
    'const event = await response.json();',
  ].join('\n'),
  'client.js': (type, payload, address) => [
    `import { connect } from '${address}/client.js';`,
    '',
    `const bridge = connect({ url: '${address}', token });`,
    `const confirmation = await bridge.send(${JSON.stringify(type)}, ${pretty(payload)});`,
  ].join('\n'),
  'deskbridge send': (type, payload) => `deskbridge send ${shellWord(type)} --payload ${shellWord(JSON.stringify(payload))}`,
};

/** @returns {{node: HTMLElement, show: (type: string, payload: object | undefined) => void}} without a payload there is nothing to paste */
export function snippets(address) {
  let current = 'curl';
  let event = ['EVENT', {}];
  let key = crypto.randomUUID();
  const written = () => KINDS[current](...event, address, key);
  const code = element('code');
  const panel = element('div.snippet', { role: 'tabpanel', id: 'snippet', tabindex: '0', 'aria-labelledby': 'snippet-curl' }, element('pre', {}, code));
  const tabs = Object.keys(KINDS).map(kind => element('button', {
    type: 'button', role: 'tab', id: `snippet-${kind.replace(/\W/g, '-')}`, 'aria-controls': 'snippet', on: { click: () => choose(kind) },
  }, kind));
  const list = element('div.tabs', {
    role: 'tablist', 'aria-label': 'Language',
    on: {
      keydown({ key }) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (!step) return;
        const kinds = Object.keys(KINDS);
        choose(kinds[(kinds.indexOf(current) + step + kinds.length) % kinds.length]);
        tabs[kinds.indexOf(current)].focus();
      },
    },
  }, ...tabs);
  const choose = kind => {
    current = kind;
    Object.keys(KINDS).forEach((name, index) => {
      tabs[index].setAttribute('aria-selected', name === kind);
      tabs[index].setAttribute('tabindex', name === kind ? '0' : '-1');
    });
    panel.setAttribute('aria-labelledby', tabs[Object.keys(KINDS).indexOf(kind)].id);
    replace(code, written());
  };
  choose(current);
  // Each copy makes an event of its own; one that is run again after a broken connection does not.
  const copy = copyButton(() => {
    const text = written();
    key = crypto.randomUUID();
    choose(current);
    return text;
  });
  const node = element('div.snippets', {}, element('div.tab-bar', {}, list, copy), panel);
  return {
    node,
    show(type, payload) {
      node.hidden = payload === undefined;
      if (node.hidden) return;
      event = [type, payload];
      key = crypto.randomUUID();
      choose(current);
    },
  };
}
