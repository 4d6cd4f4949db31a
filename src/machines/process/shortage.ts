import { type Backoff, backoffDelay } from '../time/backoff.js';

/** What a machine can run out of: the system's name for it. What needs it may go well a moment later. */
const SHORT_OF = {
  EMFILE: 'this process may have no more files open (see ulimit -n)',
  ENFILE: 'the machine has no more files to open (see fs.file-max)',
  EAGAIN: 'no more processes are allowed (see ulimit -u, or the limits of the container)',
  ENOMEM: 'there is no more memory',
  ENOSPC: 'there is no more room for the files of the host',
  EDQUOT: 'the disk quota is used up',
} as const;

/** A shortage of the machine, by the name that the system has for it. */
export type Shortage = keyof typeof SHORT_OF;

/** Every shortage that there is a name for. */
export const SHORTAGES = Object.keys(SHORT_OF) as readonly Shortage[];

const NAMES = new RegExp(`\\b(?:${SHORTAGES.join('|')})\\b`);

/** The shortage that an error's code names, or null for what is no shortage: that is the work's own. */
export function shortageOf(code: unknown): Shortage | null {
  return typeof code === 'string' && Object.hasOwn(SHORT_OF, code) ? (code as Shortage) : null;
}

/** The shortage that a text of the system's mentions, by its name or in the words of the C library. */
export function shortageIn(text: string): Shortage | null {
  const name = NAMES.exec(text)?.[0];
  if (name !== undefined) return shortageOf(name);
  if (text.includes('No space left on device')) return 'ENOSPC';
  if (text.includes('Disk quota exceeded')) return 'EDQUOT';
  if (text.includes('Cannot allocate memory')) return 'ENOMEM';
  return /Resource temporarily unavailable|Cannot fork/.test(text) ? 'EAGAIN' : null;
}

/** A shortage in words, with where to look. */
export function shortageText(shortage: Shortage): string {
  return SHORT_OF[shortage];
}

/** One waits for all, so that nothing has to be spread. */
const PAUSES: Backoff = { initialMs: 100, factor: 2, maxMs: 5_000, jitter: 0 };

/** How long the next try waits, in milliseconds, unless something ends before: twice as long each time, five seconds at most. */
export function shortagePause(failures: number): number {
  return backoffDelay(PAUSES, failures - 1, 0);
}

/** Files that a host keeps for all else that it does, of as many as it may have open. */
export function reservedFiles(limit: number): number {
  return Math.min(32, Math.max(4, Math.floor(limit / 16)));
}
