import { Timer } from '../timer.js';
import type { Clock } from './environment.js';

/** The clock of this process. Its timers wait as long as they are told, beyond what Node's own can. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => new Timer(fn, ms),
  clearTimeout: (timer) => {
    if (timer instanceof Timer) timer.clear();
  },
};
