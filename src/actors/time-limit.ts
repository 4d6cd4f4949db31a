import { EspalierError } from '../errors.js';

/** The longest time that Node's timers can wait, in milliseconds; beyond it they fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A signal that fires after `timeout` milliseconds.
 *
 * @throws EspalierError `ESP_INVALID` unless it is a whole number from 1 to 2 147 483 647
 */
export function timeLimit(timeout: number): AbortSignal {
  if (Number.isInteger(timeout) && timeout >= 1 && timeout <= MAX_TIMER_MS) return AbortSignal.timeout(timeout);
  throw new EspalierError(
    'ESP_INVALID',
    `timeout is ${timeout}; a whole number of milliseconds from 1 to ${MAX_TIMER_MS}`,
  );
}
