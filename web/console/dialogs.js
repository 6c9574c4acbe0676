/** Questions and notices. */

import { append, button, element } from './elements.js';
import { icon } from './icons.js';

let titles = 0;

/**
 * Shows a dialog until it is closed. The browser keeps the focus inside it, and gives it back.
 *
 * @param {string} title
 * @param {Array} content Enter in a field of text gives the one answer that is not empty; where there are more, it goes to the first of them
 * @param {HTMLElement[]} buttons a click on one with `data-answer` closes the dialog with that answer
 * @returns {Promise<string>} the answer; empty if it was dismissed
 */
export function showDialog(title, content, buttons, attributes = {}) {
  const heading = element('h2', { id: `dialog-${++titles}` }, title);
  const dialog = element('dialog', { 'aria-labelledby': heading.id, ...attributes });
  const close = button(icon('close'), () => dialog.close(''), { class: 'quiet icon-button', 'aria-label': 'Close' });
  const answers = buttons.filter(one => one.dataset.answer);
  if (answers.length === 1) answers[0].type = 'submit';
  const form = element('form', {
    method: 'dialog', novalidate: true, on: {
      submit(event) {
        event.preventDefault();
        if (!event.submitter) answers[0]?.focus();
      },
      // The browser would take Enter in a checkbox for an answer.
      keydown: event => { if (event.key === 'Enter' && event.target.type === 'checkbox') event.preventDefault(); },
    },
  }, element('header', {}, heading, close), element('div.dialog-body', {}, ...content), element('footer', {}, ...buttons));
  append(dialog, [form]);
  document.body.append(dialog);
  return new Promise(resolve => {
    dialog.addEventListener('click', event => {
      const answer = event.target.closest('[data-answer]')?.dataset.answer;
      if (answer !== undefined) dialog.close(answer);
      else if (event.target === dialog) dialog.close('');
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    }, { once: true });
    dialog.showModal();
    (dialog.querySelector('[autofocus]') ?? close).focus();
  });
}

/**
 * Asks before something that cannot be undone. The harmless answer has the focus.
 *
 * @returns {Promise<boolean>}
 */
export async function confirmed(title, content, yes, { isDangerous = true, no = 'Keep as it is' } = {}) {
  const answer = await showDialog(title, content, [
    element('button', { type: 'button', autofocus: true, data: { answer: '' } }, no),
    element('button', { type: 'button', class: isDangerous ? 'danger' : 'primary', data: { answer: 'yes' } }, yes),
  ]);
  return answer === 'yes';
}

/** Short words that go by themselves, also for screen readers. Problems stay until they are dismissed. */
export class Notices {
  constructor() {
    this.node = element('div.notices', { role: 'region', 'aria-label': 'Notices' });
    this.polite = element('div', { role: 'status', 'aria-live': 'polite' });
    this.urgent = element('div', { role: 'alert' });
    this.node.append(this.polite, this.urgent);
  }

  say(text) { this.#show(this.polite, text, 'state-succeeded', 5000); }

  /** Why nothing happened. */
  hint(text) { this.#show(this.polite, text, 'help', 5000, 'hint'); }

  /** @param {{label: string, act: () => void} | null} more what tells more about it */
  warn(text, more = null) { this.#show(this.urgent, text, 'state-failed', null, 'problem', more); }

  #show(region, text, symbol, lifetime, kind = 'news', more = null) {
    const notice = element('div.notice', { data: { kind } }, icon(symbol), element('span', {}, text), more && button(more.label, more.act));
    notice.append(button(icon('close'), () => notice.remove(), { class: 'quiet icon-button', 'aria-label': 'Dismiss' }));
    region.append(notice);
    while (region.childElementCount > 4) region.firstElementChild.remove();
    if (lifetime) setTimeout(() => notice.remove(), lifetime);
  }
}

/** A button that copies a text, and says so. */
export function copyButton(text, label = 'Copy') {
  const words = element('span', {}, label);
  const node = button(icon('copy'), async () => {
    const content = typeof text === 'function' ? text() : text;
    try {
      await navigator.clipboard.writeText(content);
      words.textContent = 'Copied';
    } catch {
      words.textContent = 'Not allowed by the browser';
    }
    setTimeout(() => { words.textContent = label; }, 2000);
  }, { class: 'copy' });
  words.setAttribute('aria-live', 'polite');
  node.append(words);
  return node;
}
