/**
 * What lies beside the file of a store, and under which ending: SQLite's log, the index of that log and the journal of a
 * change that is made without a log; and the note of what could not be written.
 */
const ENDINGS = { log: '-wal', index: '-shm', journal: '-journal', trouble: '-trouble' } as const;

/** One of the files beside a store. */
export type Beside = keyof typeof ENDINGS;

/** All of them. */
export const BESIDE: readonly Beside[] = ['log', 'index', 'journal', 'trouble'];

/** Those that SQLite makes. */
export const BESIDE_BY_SQLITE: readonly Beside[] = BESIDE.filter((part) => part !== 'trouble');

/** The path of what lies beside a store. @example beside('/data/app.db', 'log') // '/data/app.db-wal' */
export function beside(file: string, part: Beside): string {
  return `${file}${ENDINGS[part]}`;
}
