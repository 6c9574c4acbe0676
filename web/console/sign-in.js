/** What somebody sees who is not signed in: how to. */

import { copyButton } from './dialogs.js';
import { element, replace } from './elements.js';
import { buySession } from './session.js';

const COMMAND = 'deskbridge console';

/** @param {(session: object) => void} signedIn */
export function showSignIn(place, problem, signedIn) {
  document.title = 'Sign in · Deskbridge';
  const input = element('input', { type: 'text', id: 'ticket', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'ticket-problem' });
  const objection = element('p.problem', { id: 'ticket-problem', role: 'alert', hidden: !problem }, problem ?? '');
  const submit = async event => {
    event.preventDefault();
    const ticket = /(?:#ticket=)?([A-Za-z0-9_-]+)$/.exec(input.value.trim())?.[1];
    try {
      if (!ticket) throw new Error('Paste the address that "deskbridge console --print" writes.');
      signedIn(await buySession(ticket));
    } catch (error) {
      replace(objection, error.message);
      objection.hidden = false;
    }
  };
  replace(place, element('div.sign-in', {},
    element('h1', { tabindex: '-1' }, 'Open the console from the desk'),
    element('p', {}, 'The console shows and decides everything, so it opens only for the person who runs the bridge. In a terminal of this computer:'),
    element('p.command', {}, element('code', {}, COMMAND), copyButton(COMMAND)),
    element('p.note', {}, 'It opens this page with a ticket that is good once. The session stays in this tab and ends with it.'),
    objection,
    element('details', { open: problem ? true : null }, element('summary', {}, 'No browser opens?'),
      element('p', {}, element('code', {}, `${COMMAND} --print`), ' writes the address instead. Open it, or paste it here:'),
      element('form.inline-form', { on: { submit } }, element('label', { for: 'ticket' }, 'Address or ticket'), input, element('button', { type: 'submit', class: 'primary' }, 'Sign in')))));
}
