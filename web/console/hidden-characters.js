/**
 * Makes characters visible that would otherwise hide what a text says: controls, direction overrides, zero-width ones, spaces that only
 * look like one. Line ends, tabs and the usual space stay as they are.
 */

// By what Unicode says of them (UAX 44): controls and formats, with the direction controls of UAX 9; what is not drawn by default, such as
// joiners, fillers and variation selectors; separators of every kind; halves of pairs, and codes that are no character. Then those that no
// property tells: blanks of Braille, music and Khitan.
const HIDDEN =
  /(?![\t\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{1D159}\u{16FE4}]/gu;

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
