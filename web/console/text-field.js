/** A field to type a text into, with its label, a hint, and room for what is wrong with it. */

import { element, replace } from './elements.js';

/**
 * @param {string} id
 * @param {string} label
 * @param {object} [attributes] of the input; `hint` explains it, `isOptional` says so, `rows` makes it one for several lines
 * @returns {{node: HTMLElement, input: HTMLElement, value: string, object: (message: string) => void, clear: () => void}}
 */
export function textField(id, label, { hint = null, isOptional = false, ...attributes } = {}) {
  const problem = element('p.problem', { id: `${id}-problem`, hidden: true });
  const clear = () => {
    problem.hidden = true;
    input.removeAttribute('aria-invalid');
  };
  const input = element(attributes.rows ? 'textarea.code' : 'input', {
    type: attributes.rows ? null : 'text', id, 'aria-describedby': `${hint ? `${id}-hint ` : ''}${problem.id}`, autocomplete: 'off', spellcheck: 'false',
    on: { input: clear }, ...attributes,
  });
  return {
    node: element('div.field', {}, element('label', { for: id }, label, isOptional ? element('span.note', {}, ' optional') : null),
      hint ? element('p.note', { id: `${id}-hint` }, hint) : null, input, problem),
    input, clear,
    get value() { return input.value.trim(); },
    object(message) {
      replace(problem, message);
      problem.hidden = false;
      input.setAttribute('aria-invalid', 'true');
    },
  };
}

/**
 * Shows what the bridge objects to beside the fields it is about, and puts the focus into the first of them.
 *
 * @param {Object<string, object>} fields by the JSON Pointer of what they hold; an objection to a part of it is one to the field
 * @param {{pointer: string, message: string}[]} errors
 * @returns {boolean} whether each of them found its field
 */
export function objectTo(fields, errors) {
  const left = errors.filter(({ pointer, message }) => {
    const place = Object.keys(fields).find(name => pointer === name || pointer.startsWith(`${name}/`));
    if (place) fields[place].object(`${message[0].toUpperCase()}${message.slice(1)}${/[.?!]$/.test(message) ? '' : '.'}`);
    return !place;
  });
  Object.values(fields).find(({ input }) => input.hasAttribute('aria-invalid'))?.input.focus();
  return errors.length > 0 && left.length === 0;
}
