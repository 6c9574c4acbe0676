/** Questions and notices. */

import { append, button, element } from './elements.js';
import { icon } from './icons.js';

let titles = 0;

/**
 * Shows a dialog until it is closed. The browser keeps the focus inside it, and gives it back.
 *
 * @param {string} title
 * @param {Array} content
 * @param {HTMLElement[]} buttons a click on one with `data-answer` closes the dialog with that answer
 * @returns {Promise<string>} the answer; empty if it was dismissed
 */
export function showDialog(title, content, buttons, attributes = {}) {
  const heading = element('h2', { id: `dialog-${++titles}` }, title);
  const dialog = element('dialog', { 'aria-labelledby': heading.id, ...attributes });
  const close = button(icon('close'), () => dialog.close(''), { class: 'quiet icon-button', 'aria-label': 'Close' });
  append(dialog, [element('header', {}, heading, close), element('div.dialog-body', {}, ...content), element('footer', {}, ...buttons)]);
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
export async function confirmed(title, content, yes, { isDangerous = true } = {}) {
  const answer = await showDialog(title, content, [
    element('button', { type: 'button', autofocus: true, data: { answer: '' } }, 'Keep as it is'),
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

  warn(text) { this.#show(this.urgent, text, 'state-failed', null); }

  #show(region, text, symbol, lifetime) {
    const notice = element('div.notice', { data: { kind: region === this.urgent ? 'problem' : 'news' } }, icon(symbol), element('span', {}, text));
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
