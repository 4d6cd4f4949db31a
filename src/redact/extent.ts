/** How far a value goes that something names in a text: pure looking, each character of a value once. */

/** Beyond, an unclosed quote is taken for an apostrophe, and an unclosed bracket for one of prose. */
export const FAR = 65_536;

/** Where the quote ends that begins at `at`, behind its sign; null when it has no end. */
export function quoteEnd(text: string, at: number): number | null {
  const depth = backslashes(text, at);
  const sign = text[at + depth] ?? '';
  const triple = depth === 0 && text.startsWith(sign.repeat(3), at);
  if (triple) {
    const end = text.indexOf(sign.repeat(3), at + 3);
    return end === -1 ? null : end + 3;
  }
  const limit = Math.min(text.length, at + FAR);
  let run = 0;
  for (let look = at + depth + 1; look < limit; look += 1) {
    const character = text[look];
    if (character === sign && closes(run, depth)) return look + 1;
    run = character === '\\' ? run + 1 : 0;
  }
  return null;
}

/** Within JSON in JSON a sign has 1, 3, 7, … backslashes before it, and one that is a character of its text has more. */
function closes(run: number, depth: number): boolean {
  return run === depth || (depth > 0 && run < depth) || (run > depth && (run - depth) % (2 * (depth + 1)) === 0);
}

/** So many backslashes stand here. */
export function backslashes(text: string, at: number): number {
  let end = at;
  while (text[end] === '\\') end += 1;
  return end - at;
}

/** Where the list or object ends that begins at `at`; null when it does not. */
export function bracketEnd(text: string, at: number): number | null {
  const limit = Math.min(text.length, at + FAR);
  let open = 0;
  for (let look = at; look < limit; look += 1) {
    const character = text[look];
    if (character === '{' || character === '[') open += 1;
    else if (character === '}' || character === ']') open -= 1;
    else if (isQuote(text, look)) look = (quoteEnd(text, look - backslashesBefore(text, look)) ?? limit) - 1;
    if (open === 0) return look + 1;
  }
  return null;
}

/** An apostrophe within a word opens nothing. */
function isQuote(text: string, at: number): boolean {
  if (text[at] === '"') return true;
  return text[at] === "'" && /[\s[{(,:=]/.test(text[at - 1] ?? ' ');
}

/** So many backslashes stand before here, of as many as JSON within JSON may write. */
export function backslashesBefore(text: string, at: number): number {
  let from = at;
  while (from > 0 && at - from < 15 && text[from - 1] === '\\') from -= 1;
  return at - from;
}

/** The end of the line that has this place, as it is, or as JSON writes it. */
export function lineEnd(text: string, at: number): number {
  LINE_END.lastIndex = at;
  return LINE_END.exec(text)?.index ?? text.length;
}

const LINE_END = /\r?\n|\\{1,8}[rn]/g;

/** The lines below that are indented more than the one with this place; its own end when there are none. */
export function blockEnd(text: string, at: number): number {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const own = indentation(text, start);
  let end = lineBreak(text, at);
  while (end < text.length) {
    const next = end + 1;
    const stop = lineBreak(text, next);
    const isEmpty = text.slice(next, stop).trim() === '';
    const isItem = /^[ \t]*- /.test(text.slice(next, Math.min(stop, next + 200)));
    const deep = indentation(text, next);
    if (!isEmpty && !(deep > own || (isItem && deep === own))) break;
    end = stop;
  }
  return end;
}

function lineBreak(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function indentation(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at - start;
}
