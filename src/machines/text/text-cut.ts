/**
 * Cutting text and its bytes without breaking a character: half a surrogate pair is no character, and the rest of a
 * character of several bytes reads as U+FFFD, which the program never wrote.
 */

/** The end of a text, at most so many code units. @example lastOf('a😀', 1) // '' */
export function lastOf(text: string, limit: number): string {
  const from = text.length - limit;
  if (from <= 0) return text;
  return text.slice(isSecondHalf(text, from) ? from + 1 : from);
}

/** The beginning of a text, at most so many code units. @example firstOf('😀a', 1) // '' */
export function firstOf(text: string, limit: number): string {
  return text.slice(0, isSecondHalf(text, limit) ? limit - 1 : limit);
}

/** Bytes of UTF-8 that were cut off in front anywhere, from their first whole character on: a view of them. */
export function fromWholeCharacter(bytes: Uint8Array): Uint8Array {
  let index = 0;
  while (index < MOST_CONTINUED && ((bytes[index] ?? 0) & 0xc0) === 0x80) index += 1;
  return bytes.subarray(index);
}

/** Bytes of one character after its first. */
const MOST_CONTINUED = 3;

/** Whether a cut there would go through a surrogate pair. */
function isSecondHalf(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  return isBetween(text.charCodeAt(at), 0xdc00, 0xdfff) && isBetween(text.charCodeAt(at - 1), 0xd800, 0xdbff);
}

function isBetween(unit: number, from: number, to: number): boolean {
  return unit >= from && unit <= to;
}
