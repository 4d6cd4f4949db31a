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
