/** A payload to fill in, as a form or as JSON. What was edited last is what counts, as it stands there. */

import { element, setText } from './elements.js';
import { readObject } from './json-text.js';
import { hasSecrets, schemaForm, withoutSecrets } from './schema-form.js';

/**
 * @param {object} schema of the payload. One with secrets has no JSON, which would show them.
 * @returns {PayloadEditor} keeps what was typed for as long as it is kept itself
 */
export function payloadEditor(schema) {
  let changed = () => {};
  /** What the JSON says, while it was edited last. */
  let written = null;
  const editor = {
    node: null,
    get payload() { return written ? written.value : form.value(); },
    /** Why there is no payload; null if there is one. It stands in the element `payload-problem`. */
    get problem() { return written?.problem ?? null; },
    /** The payload for everybody to see. */
    get shown() { return withoutSecrets(schema, editor.payload); },
    set(payload) {
      form.set(payload);
      take(null);
    },
    /** @param {() => void} listener called after each change; there is one at a time */
    listen(listener) { changed = listener; },
    objections: errors => form.objections(errors),
    clear: () => form.clear(),
    forgetSecrets: () => form.forgetSecrets(),
  };
  const form = schemaForm(schema, () => {
    take(null);
    changed();
  });
  const problem = element('p.problem', { id: 'payload-problem', role: 'status' });
  const text = element('textarea.code', {
    rows: '10', spellcheck: 'false', 'aria-label': 'Payload as JSON', 'aria-describedby': problem.id,
    on: {
      input() {
        const read = readObject(text.value);
        if (!read.problem) form.set(read.value);
        form.clear();
        take(read);
        changed();
      },
    },
  });
  const take = read => {
    written = read;
    setText(problem, read?.problem ? `The JSON cannot be sent yet. ${read.problem}` : '');
    text.setAttribute('aria-invalid', String(Boolean(read?.problem)));
    if (!read) text.value = JSON.stringify(form.value(), null, 2);
  };
  take(null);
  editor.node = element('div.payload', {}, form.node, hasSecrets(schema) ? null : element('details', {}, element('summary', {}, 'As JSON'), text), problem);
  return editor;
}
