/** The last `count` lines of a text; a line break at its end begins no further line. */
export function lastLines(text: string, count: number): string {
  let start = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let lines = 0; lines < count; lines += 1) {
    if (start <= 0) return text;
    start = text.lastIndexOf('\n', start - 1);
    if (start === -1) return text;
  }
  return text.slice(start + 1);
}

/** How much of the known end is looked for when the beginning was dropped in between. */
const OVERLAP = 4096;

/**
 * What `now` has beyond `before`, where `now` may have lost its beginning meanwhile: only the end of an output is kept.
 * When nothing of what was known is left, everything is new.
 */
export function news(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const known = before.slice(-OVERLAP);
  const at = now.lastIndexOf(known);
  return at === -1 ? now : now.slice(at + known.length);
}
