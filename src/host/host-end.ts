import { toCrashRecord } from '../machines/exits/crash-record.js';
import type { HostCrash } from '../machines/exits/host-crash.js';

type Hear = (crash: HostCrash) => void;

const hearers = new Set<Hear>();

/** An exit within so many milliseconds of an uncaught exception is its consequence. */
const CONSEQUENCE_MS = 1000;
let uncaughtAt = Number.NEGATIVE_INFINITY;

const uncaught = (error: unknown, origin: 'uncaughtException' | 'unhandledRejection') => {
  uncaughtAt = performance.now();
  tell({ origin, code: null, error: toCrashRecord(error) });
};

const exiting = (code: number) => {
  if (performance.now() - uncaughtAt > CONSEQUENCE_MS) tell({ origin: 'exit', code, error: null });
};

function tell(crash: HostCrash): void {
  for (const hear of hearers) hear(crash);
}

/**
 * Calls back, synchronously and at the last moment, when this process is about to end with its system still running: by an
 * exception or rejection that nobody caught, or by leaving. It changes nothing of what Node does then; a host that catches
 * the exception after all lives on. What `hear` throws would hide the reason of the end, so it must not throw.
 */
export function onHostEnd(hear: Hear): Disposable {
  if (hearers.size === 0) process.on('uncaughtExceptionMonitor', uncaught).on('exit', exiting);
  hearers.add(hear);
  return {
    [Symbol.dispose]: () => {
      hearers.delete(hear);
      if (hearers.size === 0) process.off('uncaughtExceptionMonitor', uncaught).off('exit', exiting);
    },
  };
}
