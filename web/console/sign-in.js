/** What somebody sees who is not signed in: how to. */

import { copyButton } from './dialogs.js';
import { button, element, replace } from './elements.js';
import { buySession } from './session.js';

const OPEN = 'deskbridge console';
const PAIR = 'deskbridge pair --console';

/** @param {(session: object) => void} signedIn */
export function showSignIn(place, problem, signedIn) {
  document.title = 'Sign in · Deskbridge';
  const command = text => element('p.command', {}, element('code', {}, text), copyButton(text));
  delete place.dataset.view;
  const title = element('h1', { tabindex: '-1' }, 'Open the console from the desk');
  replace(place, element('div.sign-in', {},
    problem ? element('p.problem', { role: 'alert' }, problem) : null, title,
    element('p', {}, 'The console shows and decides everything, so it opens only for the person who runs the bridge. In a terminal of this computer:'),
    command(OPEN),
    element('p.note', {}, 'It opens this page with a ticket that is good once. The session stays in this tab and ends with it.'),
    element('section', { 'aria-labelledby': 'by-code' },
      element('h2', { id: 'by-code' }, 'Or sign this page in with a code'),
      element('p', {}, 'Where no browser opens from the terminal, this shows a code that is good once, for two minutes:'),
      command(PAIR), codeForm(signedIn)),
    element('details', {}, element('summary', {}, 'Or paste an address'),
      element('p', {}, element('code', {}, `${OPEN} --print`), ' writes the address of this page with a ticket. Open it, or paste it here:'),
      ticketForm(signedIn))));
  title.focus();
}

/** A form with one field, which says beside it what went wrong. */
function oneField(id, label, attributes, submit) {
  const input = element('input', { type: 'text', id, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': `${id}-problem`, ...attributes });
  const problem = element('p.problem', { id: `${id}-problem`, role: 'alert', hidden: true });
  const object = text => {
    replace(problem, text);
    problem.hidden = !text;
    if (text) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  };
  const send = async event => {
    event.preventDefault();
    object('');
    try {
      await submit(input.value.trim());
    } catch (error) {
      object(error.message);
      input.focus();
    }
  };
  const form = element('form.inline-form', { on: { submit: send } }, element('label', { for: id }, label), input,
    element('button', { type: 'submit', class: 'primary' }, 'Sign in'), problem);
  return { form, input };
}

function ticketForm(signedIn) {
  return oneField('ticket', 'Address or ticket', {}, async text => {
    const ticket = /(?:#ticket=)?(dbk_[A-Za-z0-9_-]+)$/.exec(text)?.[1];
    if (!ticket) throw new Error(`Paste the address that "${OPEN} --print" writes.`);
    signedIn(await buySession({ ticket }));
  }).form;
}

/** Takes the code, then waits until the person has confirmed at the desk. */
function codeForm(signedIn) {
  let turn = null;
  const waiting = element('div.waiting', { role: 'status' });
  const { form, input } = oneField('code', 'Code', { placeholder: 'K7PQ-3MXD', class: 'code', maxlength: 20, autocapitalize: 'characters' }, async code => {
    if (code.replace(/[-\s]/g, '').length !== 8) throw new Error(`A code has eight letters and digits, such as K7PQ-3MXD. "${PAIR}" shows one.`);
    turn = new AbortController();
    const { signal } = turn;
    lock(true);
    replace(waiting, element('p', {}, element('strong', {}, 'Now confirm it in the terminal: '), 'it asks there.'),
      button('Stop waiting', () => turn.abort()));
    try {
      signedIn(await buySession({ code }, { signal }));
    } catch (error) {
      if (signal.aborted) throw new Error('Stopped. The code is used up; start anew for another one.');
      throw error;
    } finally {
      waiting.replaceChildren();
      lock(false);
    }
  });
  const lock = isLocked => {
    input.readOnly = isLocked;
    form.querySelector('[type=submit]').disabled = isLocked;
  };
  form.append(waiting);
  return form;
}
