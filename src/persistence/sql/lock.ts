import { codeOf } from '../../errors.js';

/**
 * For how long SQLite itself waits for a lock at a time, in milliseconds. It looks after 1, 2, 5, 10 and 15, and then ever more
 * rarely.
 */
export const LOOK_MS = 25;

/** After so many milliseconds a lock that is waited for is told to be held: no commit takes as long. */
export const HELD_MS = 3000;

/** Between two tries where SQLite does not wait at all, in milliseconds. */
const PAUSE_MS = 1;

/**
 * Does what needs a lock that another connection may have, for so many milliseconds again and again. SQLite alone comes to
 * look ten times a second, and misses for long the moments between the commits of one that writes without a pause.
 *
 * @param onHeld is called once, when it is waited for `HELD_MS`
 */
export function waitForLock<T>(waitMs: number, act: () => T, onHeld: () => void = () => undefined): T {
  const began = performance.now();
  let isTold = false;
  for (;;) {
    try {
      return act();
    } catch (error) {
      const waitedMs = performance.now() - began;
      if (codeOf(error)?.startsWith('SQLITE_BUSY') !== true || waitedMs >= waitMs) throw error;
      if (!isTold && waitedMs >= HELD_MS) {
        isTold = true;
        onHeld();
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
