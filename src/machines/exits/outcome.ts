import type { ErrorRecord } from '../../errors.js';
import type { SlotStatus } from '../work/slot.js';
import type { WorkerEnd } from '../worker/worker.js';

/** What the end of a process means for the work it did. `interrupted`: it was stopped by us, not by its own doing. */
export type Verdict =
  | { readonly outcome: 'succeeded' }
  | { readonly outcome: Extract<SlotStatus, 'failed' | 'timed_out'>; readonly error: ErrorRecord }
  /** Its end was seen by nobody: it says nothing of the work. */
  | { readonly outcome: 'lost'; readonly error: ErrorRecord }
  | { readonly outcome: 'interrupted' };

/**
 * Judges an execution by its end. Only exit code 0 is success: no code (a signal, an end that nobody saw) is not.
 *
 * @param timeoutMs the limit it ran under, for the message
 */
export function judge(end: WorkerEnd, timeoutMs: number | null): Verdict {
  switch (end.cause) {
    case 'stopped':
      return { outcome: 'interrupted' };
    case 'timed_out':
      return failed('timed_out', 'ESP_TIMEOUT', `ran longer than ${timeoutMs} ms and was stopped`);
    case 'spawn_failed':
      return judgeSpawn(end);
    case 'protocol_error':
    case 'unresponsive':
      return { outcome: 'failed', error: end.error ?? { code: 'ESP_SPAWN', message: 'the program did not start' } };
    case 'boot_timeout':
      return failed('failed', 'ESP_WORKER_BOOT', 'did not become ready in time');
    case 'exited':
      return judgeExit(end);
    default:
      return end.cause satisfies never;
  }
}

/** What was asked to start it can die meanwhile: then nobody knows whether it ran. */
function judgeSpawn({ error }: WorkerEnd): Verdict {
  if (error?.code === 'ESP_WORKER_EXITED') return { outcome: 'lost', error };
  return { outcome: 'failed', error: error ?? { code: 'ESP_SPAWN', message: 'the program did not start' } };
}

function judgeExit({ exit, error }: WorkerEnd): Verdict {
  if (exit?.code === 0) return { outcome: 'succeeded' };
  if (exit?.signal) return failed('failed', 'ESP_WORKER_EXITED', `killed by ${exit.signal}`);
  if (exit && exit.code !== null) return failed('failed', 'ESP_WORKER_EXITED', `exit code ${exit.code}`);
  return { outcome: 'lost', error: error ?? { code: 'ESP_WORKER_EXITED', message: 'its end was not seen' } };
}

function failed(outcome: 'failed' | 'timed_out', code: ErrorRecord['code'], message: string): Verdict {
  return { outcome, error: { code, message } };
}
