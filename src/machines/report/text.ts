import { type CrashRecord, NOT_THEIRS } from '../exits/crash-record.js';
import type { Report } from './report.js';

/** Frames of each stack, and lines of last words, that are printed. */
const FRAMES = 4;
const LINES = 12;

/**
 * A report as it is printed: one line, then where it was thrown and what its process said last.
 */
export function reportText({ system, message, error, lastWords, repeats }: Report): string {
  const head = `espalier ${system}: ${message}`;
  if (repeats > 0) return `${head}: ${repeats} more ${repeats === 1 ? 'time' : 'times'}\n`;
  return [head, ...(error ? stack(error) : []), ...words(lastWords)].map((line) => `${line}\n`).join('');
}

/**
 * The frames; the message stands in the line above, and what Node itself did there helps nobody. An error of Espalier's own
 * says all in its message: only what caused it came from somewhere.
 */
function stack({ code, stack: text = '' }: CrashRecord): string[] {
  const all = text.split('\n');
  const cause = all.findIndex((line) => line.startsWith('caused by: '));
  const relevant = !code.startsWith('ESP_') ? all : cause === -1 ? [] : all.slice(cause);
  const lines = relevant.filter((line) => /^\s+at /.test(line) || line.startsWith('caused by: '));
  const own = lines.filter((line) => !NOT_THEIRS.test(line));
  return firstOfEach(own).map((line) => `    ${line.trim()}`);
}

/** The first frames of an error, and of each of its causes. */
function firstOfEach(lines: readonly string[]): string[] {
  let frames = 0;
  return lines.filter((line) => {
    frames = line.startsWith('caused by: ') ? 0 : frames + 1;
    return frames <= FRAMES;
  });
}

function words(text: string): string[] {
  const lines = text.trimEnd().split('\n').slice(-LINES);
  return lines.length === 1 && lines[0] === ''
    ? []
    : ['  last words:', ...lines.map((line) => `    ${line.trimEnd()}`)];
}
