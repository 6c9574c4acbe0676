/** Builds elements. Nothing here parses HTML, and every text goes in with its hidden characters made visible. */

import { marks, plain } from './hidden-characters.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag such as `button` or `p.note`: a name and classes
 * @param {object} [attributes] set as attributes; `on` holds listeners, `data` the dataset, `value`, `checked`, `indeterminate` are properties
 * @param {...(Node|string|number|null|false|Array)} children
 */
export function element(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(' ');
  setAttributes(node, attributes);
  append(node, children);
  return node;
}

/** As `element`, for SVG. */
export function drawing(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'data') Object.assign(node.dataset, value);
    else if (name === 'value' || name === 'checked' || name === 'indeterminate') node[name] = value;
    else if (value === false || value === null || value === undefined) node.removeAttribute(name);
    else if (/^(on|style$|srcdoc$)/.test(name)) throw new Error(`"${name}" is no attribute to set.`);
    else if (name === 'href' && !/^(#|blob:|\/)/.test(value)) throw new Error('Links stay within the console.');
    else node.setAttribute(name, value === true ? '' : plain(String(value)));
  }
}

/** Adds children; strings as text. Null and false are left out. */
export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    if (child instanceof Node) node.append(child);
    else node.append(...marks(String(child)));
  }
}

export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** Sets the text of a node that is used again and again, only if it changed. */
export function setText(node, text) {
  if (node.shownText === text) return;
  node.shownText = text;
  replace(node, text);
}

/** A button. Without a visible label, give `aria-label`. */
export function button(label, onClick, attributes = {}) {
  return element('button', { type: 'button', ...attributes, on: { click: onClick } }, label);
}
