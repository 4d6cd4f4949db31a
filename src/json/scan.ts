/**
 * Walks over JSON text that is known to be well-formed, for what `JSON.parse` does not give: where in the text a value
 * stands, and how a number was written.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?\d[\d.eE+-]*/y;
const SPACE = /[ \t\r\n]*/y;
const ITEM_END = /[,}\] \t\r\n]|$/g;

/** Whether a value begins with these characters at that place. */
export function startsNumber(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

/** Behind the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}

/** Each number of the text, in order, with its place; strings are passed over. */
export function* numbersIn(text: string): Generator<{ readonly at: number; readonly literal: string }> {
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) === QUOTE) at = endOfString(text, at);
    else if (startsNumber(text, at)) {
      NUMBER.lastIndex = at;
      const literal = NUMBER.exec(text)?.[0] ?? '';
      yield { at, literal };
      at += literal.length;
    } else at += 1;
  }
}

/**
 * The text of the member that lies there, exactly as it was written; undefined when there is none. Names are keys of objects
 * or indexes of arrays. Of two members of one name the last counts, as in `JSON.parse`.
 *
 * @example
 * memberText('{"a":[1.0, {"b":1e5}]}', ['a', '1', 'b']); // '1e5'
 */
export function memberText(text: string, names: readonly string[]): string | undefined {
  let at = skipSpace(text, 0);
  for (const name of names) {
    const found = memberAt(text, at, name);
    if (found === undefined) return undefined;
    at = found;
  }
  return text.slice(at, endOfValue(text, at));
}

/** Where a member of the object or array that begins at `at` begins. */
function memberAt(text: string, at: number, name: string): number | undefined {
  const isObject = text[at] === '{';
  if (!isObject && text[at] !== '[') return undefined;
  let found: number | undefined;
  let next = skipSpace(text, at + 1);
  for (let index = 0; text[next] !== '}' && text[next] !== ']'; index += 1) {
    let key = String(index);
    if (isObject) {
      const end = endOfString(text, next);
      key = String(JSON.parse(text.slice(next, end)));
      next = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (key === name) found = next;
    next = skipSpace(text, endOfValue(text, next));
    if (text[next] === ',') next = skipSpace(text, next + 1);
  }
  return found;
}

/** Behind the value that begins at `at`. Nested ones are counted, not entered: a text may be as deep as it is long. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let next = at; ; ) {
    const character = text[next];
    if (character === '"') next = endOfString(text, next);
    else if (character === '{' || character === '[') {
      depth += 1;
      next += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      next += 1;
    } else if (depth > 0) next += 1;
    else next = endOfItem(text, next);
    if (depth === 0) return next;
  }
}

/** Behind a number or a word. */
function endOfItem(text: string, at: number): number {
  ITEM_END.lastIndex = at;
  return ITEM_END.exec(text)?.index ?? text.length;
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}
