import { codeOf } from '../../errors.js';

/**
 * For how long SQLite itself waits for a lock at a time, in milliseconds. It looks after 1, 2, 5, 10 and 15, and then ever more
 * rarely.
 */
export const LOOK_MS = 25;

/** Between two tries where SQLite does not wait at all, in milliseconds. */
const PAUSE_MS = 1;

/**
 * Does what needs a lock that another connection may have, for so many milliseconds again and again. SQLite alone comes to
 * look ten times a second, and misses for long the moments between the commits of one that writes without a pause.
 */
export function waitForLock<T>(waitMs: number, act: () => T): T {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (codeOf(error)?.startsWith('SQLITE_BUSY') !== true || performance.now() >= giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
