/** Control characters, and those that turn the direction of writing or have no width: what they hide must not hide from a person. */
const HIDDEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g;

/** A text from outside with nothing invisible in it, at most so many characters long. */
export function visible(text, most) {
  const whole = String(text).replace(HIDDEN, (character) => `‹U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}›`);
  return whole.length > most ? `${whole.slice(0, most)}… (${whole.length.toLocaleString('en')} characters)` : whole;
}
