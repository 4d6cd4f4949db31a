import { InvalidArgumentError } from 'commander';
import type { RunRef } from '../../index.js';
import { readJson } from '../../json/read.js';

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

/** What `logs` is asked for: a slot, a job, or the path of a worker or service; `redis` is `/redis`, and a worker has its seat's log. */
export function logTarget(text: string): { path: string } | { job: string } | { run: RunRef; index: number } {
  if (text.startsWith('job-')) return { job: text };
  if (/^[^/].*:\d+$/.test(text)) return slotName(text);
  const path = text.startsWith('/') ? text : `/${text}`;
  return { path: path.replace(/(?<=.)\/worker$/, '').replace(/(?<=.)\/+$/, '') || '/' };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of a time as people write it: `30s`, `1.5h`; a number alone counts milliseconds. Null for what is none. */
function timeOf(text: string): number | null {
  const { number, unit = 'ms' } = /^(?<number>\d+(?:\.\d+)?)(?<unit>ms|s|m|min|h|d)?$/.exec(text)?.groups ?? {};
  const ms = Math.round(Number(number) * (UNITS[unit] ?? 1));
  return number !== undefined && Number.isSafeInteger(ms) ? ms : null;
}

/** The parser of a time, of at least so many milliseconds. */
export function time(leastMs: number): (text: string) => number {
  return (text) => {
    const ms = timeOf(text);
    if (ms !== null && ms >= leastMs) return ms;
    throw new InvalidArgumentError('Expected a time, as in 500ms, 30s, 5m, 2h or 1d.');
  };
}

/** The parser of an instant: a time from `now` on, or a date with its time. Answers milliseconds since the epoch. */
export function instant(text: string, now = Date.now()): number {
  // A number alone may be meant for a year.
  const ms = /^\d+$/.test(text) ? null : timeOf(text);
  if (ms !== null) return now + ms;
  const at = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new InvalidArgumentError('Expected a time from now, as in 2h, or a date, as in 2027-01-31T06:00Z.');
}

/** The parser of a rate: `2/1s` is two in each second. */
export function rate(text: string): { count: number; perMs: number } {
  const { count, per } = /^(?<count>[1-9]\d*)\/(?<per>.+)$/.exec(text)?.groups ?? {};
  const perMs = per === undefined ? null : timeOf(/^\d/.test(per) ? per : `1${per}`);
  if (count !== undefined && perMs !== null && perMs > 0) return { count: Number(count), perMs };
  throw new InvalidArgumentError('Expected so many in a time, as in 2/1s or 100/min.');
}

/** The parser of a JSON value. */
export function jsonValue(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(`Expected JSON: ${why}`);
  }
}

/** The parser of an option that may be given several times. */
export function each(text: string, before: readonly string[] = []): readonly string[] {
  if (text === '') throw new InvalidArgumentError('Expected a text that is not empty.');
  return [...before, text];
}

/** The parser of `field=value`, which may be given several times. */
export function eachEntry(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { field, value } = /^(?<field>[^=]+)=(?<value>.*)$/s.exec(text)?.groups ?? {};
  if (field === undefined || value === undefined) throw new InvalidArgumentError('Expected field=value.');
  return { ...before, [field]: value };
}

/** How far priorities reach to either side. */
const MOST_PRIORITY = 100_000;

/** The parser of a priority, which may be below zero. */
export function priority(text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(value) <= MOST_PRIORITY) return value;
  throw new InvalidArgumentError(`Allowed is a whole number from -${MOST_PRIORITY} to ${MOST_PRIORITY}.`);
}
