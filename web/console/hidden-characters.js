/**
 * Makes characters visible that would otherwise hide what a text says: controls, direction overrides, zero-width ones.
 * Line ends and tabs stay as they are.
 */

// Cc without tab, line feed; bidi controls (UAX 9); zero-width and other invisible format characters; line and paragraph separators;
// tags, variation-selector supplements, unpaired surrogates, and the byte order mark.
const HIDDEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]|\p{Surrogate}/gu;

const SHORT = { '\r': '\\r', '\u001B': '\\e', '\u0000': '\\0' };

const name = character => SHORT[character] ?? `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

/** The text in nodes, each hidden character as a mark of its own. */
export function marks(text) {
  if (text.search(HIDDEN) < 0) return [document.createTextNode(text)];
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) nodes.push(document.createTextNode(text.slice(end, match.index)));
    const mark = document.createElement('span');
    mark.className = 'hidden-character';
    mark.textContent = name(match[0]);
    nodes.push(mark);
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}

/** The beginning of a text, without half a character at its end. */
export const beginning = (text, most) => (text.length <= most ? text : text.slice(0, most).replace(/[\uD800-\uDBFF]$/, ''));

/** A text with such characters named, for places that take no elements, such as attributes. */
export const plain = text => text.replace(HIDDEN, character => `⟨${name(character)}⟩`);
