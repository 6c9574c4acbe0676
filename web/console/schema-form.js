/**
 * A form made from a JSON Schema as `GET /v1/actions` gives it: strings, numbers, booleans, choices, lists, objects. The bridge checks the
 * values; the form helps to get them right, and shows its objections beside the fields they are about.
 */

import { button, element, replace } from './elements.js';
import { isExact } from './json-text.js';

let fields = 0;

/** Whether some of it is never shown. */
export const hasSecrets = schema => Boolean(schema?.writeOnly) || [schema?.items, ...Object.values(schema?.properties ?? {})].some(part => part && hasSecrets(part));

/** A value for everybody to see: dots stand for its secrets. */
export function withoutSecrets(schema, value) {
  if (value === undefined || !schema || !hasSecrets(schema)) return value;
  if (schema.writeOnly) return '…';
  if (Array.isArray(value)) return value.map(item => withoutSecrets(schema.items, item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutSecrets(schema.properties?.[name], part)]));
}

/** @returns {{node: HTMLElement, value: () => any, set: (value: any) => void, objections: (errors: {pointer: string, message: string}[]) => void}} */
export function schemaForm(schema, changed) {
  const root = objectField(schema, '', changed);
  const rest = element('ul.problem', { hidden: true });
  const node = element('div.form', {}, root.node, rest);
  return {
    node, value: root.value, set: root.set,
    objections(errors) {
      const left = errors.filter(error => !root.object(error.pointer.replace(/^\/payload/, ''), error.message));
      replace(rest, left.map(({ pointer, message }) => element('li', {}, pointer ? `${pointer} ` : '', message)));
      rest.hidden = left.length === 0;
    },
    clear() { root.clear(); rest.hidden = true; },
    forgetSecrets: root.forgetSecrets,
  };
}

function fieldFor(schema, pointer, changed, label) {
  if (schema.type === 'object') return group(schema, pointer, changed, label);
  if (schema.type === 'array') return arrayField(schema, pointer, changed, label);
  return scalarField(schema, pointer, changed, label);
}

function objectField(schema, pointer, changed) {
  const required = schema.required ?? [];
  const members = Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const isRequired = required.includes(name);
    const field = fieldFor(part, `${pointer}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`, changed, { name: part.title ?? name, isRequired });
    return { name, field, isRequired };
  });
  const node = element('div.fields', {}, members.length ? members.map(({ field }) => field.node) : element('p.note', {}, 'It takes no parameters.'));
  return {
    node,
    value() {
      const pairs = members.map(({ name, field }) => [name, field.value()]).filter(([, value]) => value !== undefined);
      return Object.fromEntries(pairs);
    },
    set(value) { members.forEach(({ name, field }) => field.set(value?.[name])); },
    object: (place, message) => members.some(({ field }) => field.object(place, message)),
    clear() { members.forEach(({ field }) => field.clear()); },
    forgetSecrets() { members.forEach(({ field }) => field.forgetSecrets()); },
  };
}

function group(schema, pointer, changed, { name, isRequired }) {
  const inner = objectField(schema, pointer, changed);
  const node = element('fieldset', {}, element('legend', {}, name, isRequired ? null : element('span.note', {}, ' optional')), inner.node);
  return {
    ...inner, node,
    value() {
      const value = inner.value();
      return isRequired || Object.keys(value).length ? value : undefined;
    },
  };
}

function arrayField(schema, pointer, changed, { name, isRequired }) {
  const items = [];
  const list = element('div.items');
  const problem = element('p.problem', { hidden: true });
  const add = value => {
    const field = fieldFor(schema.items ?? {}, `${pointer}/${items.length}`, changed, { name: `${name} ${items.length + 1}`, isRequired: true });
    field.set(value);
    items.push(field);
    list.append(field.node);
    draw();
  };
  const remove = () => {
    items.pop().node.remove();
    draw();
    changed();
  };
  const more = button('Add one', () => { add(undefined); changed(); });
  const less = button('Remove the last', remove, { class: 'quiet' });
  const draw = () => {
    more.disabled = items.length >= (schema.maxItems ?? Infinity);
    less.hidden = items.length === 0;
  };
  const node = element('fieldset', {}, element('legend', {}, name, isRequired ? null : element('span.note', {}, ' optional')),
    schema.description ? element('p.note', {}, schema.description) : null, list, element('div.buttons', {}, more, less), problem);
  const set = value => {
    items.splice(0).forEach(item => item.node.remove());
    (Array.isArray(value) ? value : schema.default ?? Array.from({ length: schema.minItems ?? 0 })).forEach(add);
    draw();
  };
  set();
  return {
    node, set,
    value: () => (items.length || isRequired ? items.map(item => item.value() ?? null) : undefined),
    object: (place, message) => (place === pointer ? show(problem, message) : items.some(item => item.object(place, message))),
    clear() { problem.hidden = true; items.forEach(item => item.clear()); },
    forgetSecrets() { items.forEach(item => item.forgetSecrets()); },
  };
}

function scalarField(schema, pointer, changed, { name, isRequired }) {
  const id = `field-${++fields}`;
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  const problem = element('p.problem', { id: `${id}-problem`, hidden: true });
  const help = [schema.description, rangeOf(schema)].filter(Boolean).join(' · ');
  const hint = help ? element('p.note', { id: `${id}-hint` }, help) : null;
  const control = controlFor(schema, isNumber, isRequired, {
    id, 'aria-describedby': `${hint ? `${id}-hint ` : ''}${id}-problem`, 'aria-required': isRequired ? 'true' : null,
    on: { input: () => { clear(); changed(); } },
  });
  const isCheck = control.type === 'checkbox';
  const label = element('label', { for: id }, name, isRequired ? null : element('span.note', {}, ' optional'));
  const clear = () => {
    problem.hidden = true;
    control.removeAttribute('aria-invalid');
  };
  const set = value => {
    const shown = value === undefined ? schema.default : value;
    if (isCheck) control.checked = Boolean(shown);
    else if (schema.enum) control.value = shown === undefined ? '' : JSON.stringify(shown);
    else control.value = shown === undefined || shown === null ? '' : typeof shown === 'object' ? JSON.stringify(shown) : String(shown);
  };
  set();
  return {
    node: element(`div.field${isCheck ? '.check' : ''}`, {}, label, hint, control, problem), set, clear,
    forgetSecrets() { if (schema.writeOnly) control.value = ''; },
    value() {
      if (isCheck) return control.checked || isRequired || schema.default !== undefined ? control.checked : undefined;
      if (control.value === '') return isRequired && !isNumber && !schema.enum ? '' : undefined;
      if (schema.enum) return JSON.parse(control.value);
      if (!isNumber) return control.value;
      // What a browser would round, or reads though JSON has no such number, is for the bridge to refuse.
      const number = control.value.trim();
      return isExact(number) ? Number(number) : control.value;
    },
    object(place, message) {
      if (place !== pointer) return false;
      control.setAttribute('aria-invalid', 'true');
      return show(problem, message);
    },
  };
}

function controlFor(schema, isNumber, isRequired, attributes) {
  if (schema.enum) {
    const choices = schema.enum.map(value => element('option', { value: JSON.stringify(value) }, String(value)));
    return element('select', attributes, isRequired ? null : element('option', { value: '' }, ''), ...choices);
  }
  if (schema.type === 'boolean') return element('input', { type: 'checkbox', ...attributes });
  const example = schema.examples?.[0];
  const common = { placeholder: example === undefined ? null : String(example), autocomplete: 'off', spellcheck: 'false', ...attributes };
  if (schema.writeOnly) return element('input', { type: 'password', ...common, autocomplete: 'new-password' });
  if (isNumber) return element('input', { type: 'text', inputmode: schema.type === 'integer' ? 'numeric' : 'decimal', ...common });
  if ((schema.maxLength ?? 0) > 4096) return element('textarea', { rows: '4', ...common });
  const kinds = { date: 'date', email: 'email', uri: 'url' };
  return element('input', { type: kinds[schema.format] ?? 'text', ...common });
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern, type }) {
  const parts = [];
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined) parts.push(`at least ${minimum}`);
  else if (maximum !== undefined) parts.push(`at most ${maximum}`);
  if (exclusiveMinimum !== undefined) parts.push(`more than ${exclusiveMinimum}`);
  if (exclusiveMaximum !== undefined) parts.push(`less than ${exclusiveMaximum}`);
  if (minLength) parts.push(`at least ${minLength} characters`);
  if (type === 'string' && maxLength !== undefined && maxLength < 4096) parts.push(`at most ${maxLength} characters`);
  if (pattern) parts.push(`like ${pattern.replace(/^\^\(\?:(.*)\)\$$/, '$1')}`);
  return parts.join(' · ');
}

function show(problem, message) {
  replace(problem, message);
  problem.hidden = false;
  return true;
}
