import type { ErrorRecord } from '../../../errors.js';
import { oneLine } from '../../../one-line.js';
import type { JournalEvent } from '../../events.js';
import { type CrashRecord, NOT_THEIRS } from '../../exits/crash-record.js';
import type { ProcessExit } from '../../process/process.js';
import { tellingLines } from '../../text/last-words.js';
import { firstOf } from '../../text/text-cut.js';
import type { Evidence } from './explanation.js';

/** Pieces of evidence that a finding shows at most. */
const SHOWN = 6;
/** Lines of a stack, and characters of a text and of an error, that are quoted. */
const STACK_LINES = 6;
const QUOTED_CHARACTERS = 200;
const ERROR_CHARACTERS = 400;

/** Frames of a stack that are shown. */
const FRAMES = 3;

/** `12 ms`, `3.4 s`, `2 min`, `3 h`, `4 days`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / 86_400_000)} days`;
}

/** `a`, `a and b`, `a, b and 5 more`. */
export function namesOf(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** `1 boot`, `5 boots`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `with exit code 3`, `by SIGKILL`, `unseen`. */
export function how(exit: ProcessExit | null): string {
  if (exit?.signal) return `by ${exit.signal}`;
  return exit?.code == null ? 'unseen by anybody' : `with exit code ${exit.code}`;
}

/** A sentence with what was written: in quotes, or line by line below it. None when nothing was. */
export function quoting(what: string, lines: readonly string[]): string[] {
  const [only, ...more] = lines;
  if (only === undefined) return [];
  return more.length === 0 ? [`${what}: "${only}".`] : [[`${what}:`, ...lines.map((line) => `    ${line}`)].join('\n')];
}

/** The first lines of a stack, which is told from where it stood. */
export function stackLines(stack: string): string[] {
  const lines = stack.split('\n').filter((line) => line.trim() !== '');
  return [...lines.slice(0, STACK_LINES).map((line) => short(line)), ...(lines.length > STACK_LINES ? ['…'] : [])];
}

/** A text that may be long, in one piece of a sentence. */
export function short(text: string, most = QUOTED_CHARACTERS): string {
  return text.length > most ? `${firstOf(text, most)}…` : text;
}

/** What a program said last, as a sentence; none when it said nothing. */
export function lastWords(stderr: string): string[] {
  return quoting('Its last words on standard error', tellingLines(stderr));
}

/** An error as a part of a sentence, on one line. */
export function errorText({ code, message }: ErrorRecord): string {
  return `${short(oneLine(message), ERROR_CHARACTERS)} (${code})`;
}

/** An event as evidence. */
export function evidence(event: JournalEvent, text: string): Evidence {
  return { seq: event.seq, at: event.at, text };
}

/** Where something was thrown, frame by frame, without what Node and XState did there. */
export function whereThrown(event: JournalEvent, error: CrashRecord | null): Evidence[] {
  const frames = (error?.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !NOT_THEIRS.test(line));
  return frames.slice(0, FRAMES).map((line) => evidence(event, line.trim()));
}

/** The first and the last pieces of what may be many. */
export function some(all: readonly Evidence[]): readonly Evidence[] {
  if (all.length <= SHOWN) return all;
  return [...all.slice(0, 1), ...all.slice(1 - SHOWN)];
}

/** Events of one type, in order. */
export function ofType<T extends JournalEvent['type']>(
  events: readonly JournalEvent[],
  type: T,
): Extract<JournalEvent, { type: T }>[] {
  return events.filter((event): event is Extract<JournalEvent, { type: T }> => event.type === type);
}

/** Values by a key, in the order of their first appearance. */
export function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
