import { MAX_DIGITS } from './plain.js';
import { numbersIn, startsNumber } from './scan.js';

/**
 * Numbers that may not be what `JSON.parse` makes of them: those of 16 digits or more in front, and those with an exponent of
 * three digits. In text it can be what a string says, which costs a closer look and no more. Every message is looked at so: one
 * pattern for all would take many times as long.
 */
const DIGITS = new RegExp('\\d'.repeat(16));
const LONG = /[[,:\s]-?\d{16}/;
const LARGE = /\d[eE]\+?\d\d\d/;

function isDoubtful(text: string): boolean {
  // A text that is one number has nothing in front.
  return (DIGITS.test(text) && LONG.test(text)) || LARGE.test(text) || (startsNumber(text, 0) && text.length > 15);
}

/**
 * Parses JSON without changing a number in silence: an integer (without fraction or exponent) beyond 2 ** 53 - 1 is a
 * `bigint`, every other number a double.
 *
 * @throws SyntaxError for what is not JSON, and for a number that no double can hold (`1e400`), or of more than 4300 digits
 * @example
 * readJson('{"id":738527931269425001}'); // { id: 738527931269425001n }
 */
export function readJson(text: string): unknown {
  const rounded: unknown = JSON.parse(text);
  if (!isDoubtful(text)) return rounded;
  const marked = markInexact(text);
  return marked === text ? rounded : mended(rounded, JSON.parse(marked));
}

/** The text with each number that a double does not hold as a string. */
function markInexact(text: string): string {
  let marked = '';
  let end = 0;
  for (const { at, literal } of numbersIn(text)) {
    if (!isInexact(literal)) continue;
    marked += `${text.slice(end, at)}"${literal}"`;
    end = at + literal.length;
  }
  return marked + text.slice(end);
}

function isInexact(literal: string): boolean {
  if (!/[.eE]/.test(literal)) return literal.length > 15 && !Number.isSafeInteger(Number(literal));
  if (Number.isFinite(Number(literal))) return false;
  throw new SyntaxError(`${shown(literal)} is a number that no double can hold`);
}

/** Both were parsed from one text: where one has a number and the other a string, the string says the number. */
function mended(rounded: unknown, marked: unknown): unknown {
  if (typeof rounded === 'number') return typeof marked === 'string' ? integerOf(marked) : rounded;
  if (Array.isArray(rounded) && Array.isArray(marked)) {
    for (const [index, item] of marked.entries()) rounded[index] = mended(rounded[index], item);
  } else if (isRecord(rounded) && isRecord(marked)) {
    for (const [key, item] of Object.entries(marked)) rounded[key] = mended(rounded[key], item);
  }
  return rounded;
}

function integerOf(literal: string): bigint {
  if (literal.replace('-', '').length <= MAX_DIGITS) return BigInt(literal);
  throw new SyntaxError(`${shown(literal)} is an integer of more than ${MAX_DIGITS} digits`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(literal: string): string {
  return literal.length > 30 ? `${literal.slice(0, 30)}…` : literal;
}
