import { InvalidArgumentError } from 'commander';
import type { RunRef } from '../../index.js';

/** The parser of a whole number within limits; commander puts the option's name in front of the message. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Allowed is a whole number ${range}.`);
  };
}

/** The parser of a file's mode, as `chmod` takes it, in which its user may read and write. */
export function fileMode(text: string): number {
  const mode = /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : 0;
  if ((mode & 0o600) === 0o600 && (mode & ~0o666) === 0) return mode;
  throw new InvalidArgumentError('Allowed is a mode such as 660, in which its user may read and write.');
}

/** The parser of a text that is not empty and not longer than `max` characters. */
export function label(max: number): (text: string) => string {
  return (text) => {
    if (text.trim() !== '' && text.length <= max) return text;
    throw new InvalidArgumentError(`Allowed is a text of 1 to ${max} characters.`);
  };
}

/** `RUN:INDEX`, the name of one slot. */
export function slotName(text: string): { run: RunRef; index: number } {
  const match = /^(?<run>.+):(?<index>\d+)$/.exec(text);
  const { run, index } = match?.groups ?? {};
  if (run === undefined || index === undefined)
    throw new InvalidArgumentError('Expected RUN:INDEX, as in mf2x-0a1b:12.');
  return { run, index: Number(index) };
}

/** What `logs` is asked for: a slot, or the path of a worker or service; `redis` is `/redis`, and a worker has its seat's log. */
export function logTarget(text: string): string | { run: RunRef; index: number } {
  if (/^[^/].*:\d+$/.test(text)) return slotName(text);
  const path = text.startsWith('/') ? text : `/${text}`;
  return path.replace(/(?<=.)\/worker$/, '').replace(/(?<=.)\/+$/, '') || '/';
}
