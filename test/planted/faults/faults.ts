import type { Faults } from '../fault.js';
import { actors } from './actors.js';
import { calls } from './calls.js';
import { inspector } from './inspector.js';
import { processes } from './processes.js';
import { recoveries } from './recovery.js';
import { schedules } from './schedules.js';
import { store } from './store.js';

/** All that can be planted, by what then goes wrong. */
export const faults: Faults = {
  ...calls,
  ...actors,
  ...recoveries,
  ...processes,
  ...inspector,
  ...schedules,
  ...store,
};
