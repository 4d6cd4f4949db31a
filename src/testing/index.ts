export type { Covered } from './paths/coverage.js';
export { type MachinePath, machinePaths, type PathKind, type PathOptions } from './paths/explore.js';
export { type OwnEvent, ownEvent } from './paths/own-event.js';
export { script } from './paths/script.js';
export { type PathReport, type Subject, type TestPathsOptions, testPaths } from './paths/test-paths.js';
export { SimulatedClock } from './system/clock.js';
export { drain, type QueueCounts } from './system/drain.js';
export { Faults, type HeldStart } from './system/faults.js';
export {
  killProcess,
  type LiveProcess,
  processesOf,
  resumeProcess,
  signalProcess,
  suspendProcess,
} from './system/processes.js';
export { until, untilDown, untilEvent, untilReady, type WaitOptions } from './system/wait.js';
