/** JSON that a person types: says in words what is wrong and where, and refuses what a browser would change on the way. */

/** As deep as the bridge reads. */
const DEEPEST = 64;

const SPACE = /[ \t\r\n]*/y;
const WORD = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PLAIN = /[^"\\\u0000-\u001F]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** @returns {{value: any, problem: null} | {value: undefined, problem: string}} */
export function readJSON(text) {
  const reader = new Reader(text);
  try {
    reader.document();
    return { value: JSON.parse(text), problem: null };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return { value: undefined, problem: `${place(text, error.at)}: ${error.message}.` };
  }
}

/** As `readJSON`, for what has to be an object. */
export function readObject(text) {
  const read = readJSON(text);
  if (read.problem || (read.value && typeof read.value === 'object' && !Array.isArray(read.value))) return read;
  return { value: undefined, problem: 'It has to be an object, in braces: { … }.' };
}

/** Whether a number is the same after a browser has read it: those of JavaScript have about 16 digits. */
export function isExact(text) {
  const own = digits(text);
  return own !== null && own === digits(String(Number(text)));
}

/** A number's sign, its digits without zeros at either end, and their exponent; null for what is none. */
function digits(text) {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return null;
  const [, sign, whole, part = '', exponent = '0'] = match;
  const all = (whole + part).replace(/^0+/, '');
  const kept = all.replace(/0+$/, '');
  return kept ? `${sign}${kept}e${Number(exponent) - part.length + all.length - kept.length}` : '0';
}

function place(text, at) {
  const lines = text.slice(0, at).split('\n');
  return `Line ${lines.length}, column ${[...lines.at(-1)].length + 1}`;
}

class Mistake extends Error {
  constructor(message, at) {
    super(message);
    this.at = at;
  }
}

/** Goes through a text by the grammar of RFC 8259, and throws the first `Mistake`. */
class Reader {
  #text;

  #at = 0;

  #depth = 0;

  constructor(text) { this.#text = text; }

  document() {
    this.#value();
    if (this.#next()) this.#fail('there is more after the end of the value');
  }

  #value() {
    const begin = this.#next();
    if (begin === '{') return this.#nested(() => this.#object());
    if (begin === '[') return this.#nested(() => this.#array());
    if (begin === '"') return void this.#string();
    if (this.#take(WORD)) return;
    const from = this.#at;
    const number = this.#take(NUMBER);
    if (!number) this.#fail(begin ? 'a value belongs here, and a text stands in double quotes' : 'the text ends where a value belongs');
    if (!isExact(number)) this.#fail(`a browser cannot keep ${number.slice(0, 40)} as exactly as it stands here; "deskbridge send" can`, from);
  }

  #nested(read) {
    if (++this.#depth > DEEPEST) this.#fail(`values are nested deeper than ${DEEPEST} levels`);
    this.#at += 1;
    read();
    this.#depth -= 1;
  }

  #array() {
    if (this.#next() === ']') return void this.#pass();
    for (;;) {
      this.#value();
      const after = this.#next();
      if (after !== ',' && after !== ']') this.#fail('a comma or the closing ] belongs here');
      this.#pass();
      if (after === ']') return;
    }
  }

  #object() {
    const names = new Set();
    if (this.#next() === '}') return void this.#pass();
    for (;;) {
      if (this.#next() !== '"') this.#fail('a name in double quotes belongs here');
      const from = this.#at;
      const name = this.#string();
      if (names.has(name)) this.#fail(`the name "${name.slice(0, 40)}" stands here a second time`, from);
      names.add(name);
      if (this.#next() !== ':') this.#fail('a colon belongs after the name');
      this.#pass();
      this.#value();
      const after = this.#next();
      if (after !== ',' && after !== '}') this.#fail('a comma or the closing } belongs here');
      this.#pass();
      if (after === '}') return;
    }
  }

  #string() {
    const from = this.#at;
    this.#at += 1;
    for (;;) {
      this.#take(PLAIN);
      const end = this.#text[this.#at];
      if (end === '"') break;
      if (end === undefined) this.#fail('this text has no closing quote', from);
      if (end !== '\\') this.#fail('a line end or control character in a text is written as an escape, such as \\n');
      if (!this.#take(ESCAPE)) this.#fail('a backslash begins an escape such as \\n; itself it is written \\\\');
    }
    this.#at += 1;
    return JSON.parse(this.#text.slice(from, this.#at));
  }

  /** The next character that is no space; undefined at the end. */
  #next() {
    this.#take(SPACE);
    return this.#text[this.#at];
  }

  #pass() { this.#at += 1; }

  #take(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #fail(message, at = this.#at) { throw new Mistake(message, at); }
}
