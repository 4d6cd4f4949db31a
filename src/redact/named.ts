import { backslashes, backslashesBefore, blockEnd, bracketEnd, FAR, lineEnd, quoteEnd } from './extent.js';
import { MASK } from './mask.js';
import type { IsSecret } from './secret-names.js';

/** A name, as far as one may stand there. */
const WORD = /[A-Za-z_][\w.-]*/g;

/** What stands between a name and its value: the name may be quoted, and all of it written as within an address. */
const NAMES =
  /(?:\\{0,15}["']\]?|%(?:25){0,3}2[27])?[ \t]{0,40}(?:=>|:=|=(?!=)|:(?!:|\/\/)|%(?:25){0,3}3[AD])(?:[ \t]|%(?:25){0,3}20){0,40}/iy;

/** After an option its value may be the next word; in a list of words, the next of them. */
const NEXT_WORD = /(?:[ \t]{1,40}|\\{0,15}["'][ \t]{0,8},\s{0,40})(?![\s-])/y;

/** `{ "name": "PASSWORD", "value": "x" }`, and the same in YAML. */
const VALUE_BESIDE = /\\{0,15}["']?\s{0,40},?\s{0,40}\\{0,15}["']?value\\{0,15}["']?\s{0,8}[:=]\s{0,8}/iy;

/** Up to a blank or a sign that ends a value, as far as another name or nothing follows it. */
const BARE =
  /(?:[^\s,;&"'`}\])>%\\]|%(?!(?:25){0,3}2[267])|[,;&](?![\s"'`}\])]|$|[\w.-]{1,64}[ \t]{0,3}[=:])|\\(?![rnt"'\\]))+/y;

/** A scheme and its token. */
const TWO_WORDS = /[A-Za-z][\w-]{1,30}[ \t]{1,8}[^\s,;&"'}\])=]+={0,2}(?=[\s,;&"'}\])]|$)/y;

/** Of these names a whole line is the value. */
const HEADER = /authori[sz]ation$|cookie$/i;

/** Characters before a name that may be its indentation. */
const INDENTED = 100;

/** Where a value comes from, in place of it: `$NAME`, `${NAME}`, `{.field}`. */
const REFERENCE = /\$\w{1,100}|\$?\{\.?[\w.]{1,100}\}/y;

/** Says that there is none, where it comes from, or how it fared. */
const NO_VALUE =
  /^(?:true|false|null|nil|none|undefined|yes|no|on|off|ok|failed|success|enabled|disabled|required|optional|missing|invalid|expired|denied|\$\w+|\$?\{\.?[\w.]+\}|\*+|‹redacted›)$/i;

/** What prose says after an option that it speaks of. */
const PROSE = /^(?:to|for|or|and|is|was|are|in|on|with|from|as|at|by|the|an?|of|if|when|option|flag|argument)$/i;

/** Options that have no value, or one that tells nothing. */
const NO_OPTION = /^no-|-(?:stdin|file|prompt|env)$/i;

/** All that look through a text, so that a test can show that none takes longer than it is long. */
export const PATTERNS: readonly RegExp[] = [
  ...[WORD, NAMES, NEXT_WORD, VALUE_BESIDE, BARE, TWO_WORDS, HEADER, REFERENCE, NO_VALUE, PROSE, NO_OPTION],
];

/** What is named, and how it is shown. */
interface Found {
  readonly from: number;
  readonly to: number;
}

/** Text without the values of secret names. What is not secret is looked into: `said: "token=x"` names a token. */
export function maskNamed(text: string, isSecret: IsSecret): string {
  const parts: string[] = [];
  let done = 0;
  let before: RegExpExecArray | null = null;
  WORD.lastIndex = 0;
  for (let word = WORD.exec(text); word !== null; word = WORD.exec(text)) {
    const [name, start] = nameOf(text, word, before);
    before = word;
    const found = namedBy(text, start, name, WORD.lastIndex, isSecret);
    if (!found || found.to <= found.from) continue;
    const value = text.slice(found.from, found.to);
    if (NO_VALUE.test(value) || !isSecret(name, value)) continue;
    const quote = quoteOf(value);
    parts.push(text.slice(done, found.from), `${quote}${MASK}${quote}`);
    done = found.to;
    WORD.lastIndex = found.to;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}

/** Two words may be a name together (`API key`); the `n` of a line's end as JSON writes it is none of it. */
function nameOf(text: string, word: RegExpExecArray, before: RegExpExecArray | null): [name: string, start: number] {
  const [name] = word;
  if (text[word.index - 1] === '\\' && /^[nrt]\w/.test(name)) return [name.slice(1), word.index + 1];
  const isNext = before !== null && before.index + before[0].length + 1 === word.index && text[word.index - 1] === ' ';
  return [isNext && /^(?:keys?|string)$/i.test(name) ? `${before[0]} ${name}` : name, word.index];
}

function namedBy(text: string, start: number, name: string, end: number, isSecret: IsSecret): Found | null {
  const from = after(NAMES, text, end);
  // A folder is known by its first sign: were it measured each time, a text of folders would take its square.
  const isMeant = (at: number) => isSecret(name) && isSecret(name, text.slice(at, at + 2));
  if (from !== null) return isMeant(from) ? extent(text, start, name, from) : null;
  if (text[start - 1] === '<' && text[end] === '>') {
    const close = text.indexOf('<', end);
    return isSecret(name) ? { from: end + 1, to: close === -1 ? text.length : close } : null;
  }
  if (text[start - 1] === '-' && !NO_OPTION.test(name)) {
    const next = after(NEXT_WORD, text, end);
    if (next !== null && isSecret(name)) return optionValue(text, next);
  }
  const beside = after(VALUE_BESIDE, text, end);
  return beside !== null && isSecret(name) ? plain(text, beside) : null;
}

function optionValue(text: string, from: number): Found | null {
  const found = plain(text, from);
  return found && PROSE.test(text.slice(found.from, found.to)) ? null : found;
}

function after(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function extent(text: string, start: number, name: string, from: number): Found | null {
  if (/^(?:\r?\n|[|>][-+\d]{0,2}[ \t]{0,8}\r?\n)/.test(text.slice(from, from + 16))) {
    const line = text.indexOf('\n', from);
    return isAlone(text, start) ? { from: line + 1, to: blockEnd(text, line) } : null;
  }
  const quoted = plain(text, from);
  if (isOpening(text, from)) return quoted;
  if (HEADER.test(name)) return header(text, start, from);
  if (!isAlone(text, start)) return quoted;
  const line = text.slice(from, lineEnd(text, from));
  return /[=:"'{}[\]]/.test(line) ? quoted : { from, to: from + line.trimEnd().length };
}

/** A quoted text, a list or an object, or a bare word. */
function plain(text: string, from: number): Found | null {
  const sign = text[from + backslashes(text, from)];
  if (sign === '"' || sign === "'" || sign === '`')
    return { from, to: quoteEnd(text, from) ?? lineEnd(text, from + 1) };
  const reference = after(REFERENCE, text, from);
  if (reference !== null) return { from, to: reference };
  if (text[from] === '[' || text[from] === '{')
    return { from, to: bracketEnd(text, from) ?? Math.min(text.length, from + FAR) };
  const shift = /^(?:%(?:25){0,3}2[27])?/i.exec(text.slice(from, from + 16))?.[0].length ?? 0;
  const to = after(BARE, text, from + shift);
  return to === null ? null : { from: from + shift, to };
}

function isOpening(text: string, at: number): boolean {
  return /^(?:\\*["'`]|[[{])/.test(text.slice(at, at + 17));
}

/** To the end of the line, or of the quotes around it; beside other names of a line, a scheme with its token. */
function header(text: string, start: number, from: number): Found | null {
  const line = lineEnd(text, from);
  const sign = text[start - 1];
  if (sign === '"' || sign === "'") {
    const open = start - 1 - backslashesBefore(text, start - 1);
    return { from, to: Math.min((quoteEnd(text, open) ?? line + 1) - 1 - (start - 1 - open), line) };
  }
  if (text[from - 1] === '=') return { from, to: after(TWO_WORDS, text, from) ?? after(BARE, text, from) ?? from };
  return { from, to: line };
}

/** Whether nothing but blanks, a dash or `export` stands before it in its line. */
function isAlone(text: string, start: number): boolean {
  return /(?:^|\n)[ \t]*(?:- |export )?["']?$/.test(text.slice(Math.max(0, start - INDENTED), start));
}

/** A quoted value stays quoted. */
function quoteOf(value: string): string {
  return /^\\*["']/.exec(value)?.[0] ?? '';
}
