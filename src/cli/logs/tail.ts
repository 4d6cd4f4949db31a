const NEWLINE = 0x0a;

/** The last `count` lines of an output; a line break at its end begins no further line. */
export function lastLines(output: Buffer, count: number): Buffer {
  let start = output.at(-1) === NEWLINE ? output.length - 1 : output.length;
  for (let lines = 0; lines < count; lines += 1) {
    if (start <= 0) return output;
    start = output.lastIndexOf(NEWLINE, start - 1);
    if (start === -1) return output;
  }
  return output.subarray(start + 1);
}

/** How much of the known end is looked for when the beginning was dropped in between. */
const OVERLAP = 4096;

/**
 * What `now` has beyond `before`, where `now` may have lost its beginning meanwhile: only the end of an output is kept.
 * When nothing of what was known is left, everything is new.
 */
export function news(before: Buffer, now: Buffer): Buffer {
  if (now.subarray(0, before.length).equals(before)) return now.subarray(before.length);
  const known = before.subarray(-OVERLAP);
  const at = now.lastIndexOf(known);
  return at === -1 ? now : now.subarray(at + known.length);
}
