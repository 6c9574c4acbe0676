/** Keys that act anywhere. Single letters can be switched off (WCAG 2.2, 2.1.4), as speech input types them by accident. */

import { showDialog } from './dialogs.js';
import { element } from './elements.js';

const KEY = 'deskbridge.shortcuts';

const HELP = [
  ['1 – 7', 'Now, Queue, Actions, Events, Access, Audit, Debug'], ['/', 'Search'], ['t', 'Light or dark'], ['?', 'This help'],
  ['↑ ↓, j k', 'Move in a list'], ['Enter', 'Open'], ['Space', 'Select'], ['Shift ↑ ↓', 'Select several'], ['Ctrl a', 'Select all'],
  ['a, d', 'Approve, deny what is selected or open'], ['r, c', 'Retry, cancel what is selected or open'], ['Esc', 'Close, or clear the selection'],
];

const isOn = () => localStorage.getItem(KEY) !== 'off';

/** @param {Record<string, () => void>} actions by key */
export function listenForKeys(actions) {
  addEventListener('keydown', event => {
    if (!isOn() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]')) return;
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

export function showHelp() {
  if (document.querySelector('dialog[open]')) return;
  const toggle = element('input', { type: 'checkbox', id: 'shortcuts-on', checked: isOn(), on: { change: () => localStorage.setItem(KEY, toggle.checked ? 'on' : 'off') } });
  const rows = HELP.map(([keys, meaning]) => element('tr', {}, element('th', { scope: 'row' }, element('kbd', {}, keys)), element('td', {}, meaning)));
  showDialog('Keyboard', [
    element('table.keys', {}, element('tbody', {}, ...rows)),
    element('p.check-line', {}, toggle, element('label', { for: 'shortcuts-on' }, 'Shortcuts of one key')),
  ], [element('button', { type: 'button', class: 'primary', autofocus: true, data: { answer: '' } }, 'Done')]);
}
