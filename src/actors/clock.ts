import type { Clock } from './environment.js';

/** The clock of this process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (timer) => {
    if (isTimer(timer)) clearTimeout(timer);
  },
};

function isTimer(timer: unknown): timer is NodeJS.Timeout {
  return typeof timer === 'object' && timer !== null && 'refresh' in timer;
}
