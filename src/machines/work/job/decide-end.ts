import type { ErrorRecord } from '../../../errors.js';
import { backoffDelay } from '../../time/backoff.js';
import { decideRetry } from '../retry.js';
import type { JobPolicy, JobWish } from './policy.js';
import type { JobOutcome } from './states.js';

/** How an attempt of a job ended. */
export interface JobAttemptEnd {
  /**
   * `interrupted`: its host or its pool was stopped. `lost`: its worker is gone, and nobody saw the end. `host_lost`: its host
   * died. `host_stopped`: its host was stopped in an orderly way before the attempt had ended. `unfit`: nothing could be made
   * of its input. `suspended`: it ended to wait.
   */
  readonly how:
    | 'succeeded'
    | 'suspended'
    | 'failed'
    | 'timed_out'
    | 'interrupted'
    | 'lost'
    | 'host_lost'
    | 'host_stopped'
    | 'unfit';
  /** Why what was executed could not be proven gone, if it could not. */
  readonly unproven?: string | undefined;
}

/** The job as it stands when its attempt ends. */
export interface JobBeforeEnd {
  readonly wanted: JobWish | null;
  /** Attempts before this one that ran to an end of their own. */
  readonly endedBefore: number;
  /** Attempts before this one whose worker was lost while its host lived. */
  readonly lossesBefore: number;
  /** Hosts that died in a row while it ran, before this end. */
  readonly crashes: number;
  /** Whether it ran alone on its host. */
  readonly alone: boolean;
}

/** What becomes of a job when an attempt of it has ended. */
export type JobVerdict =
  | { readonly type: 'ended'; readonly outcome: JobOutcome; readonly error: ErrorRecord | null }
  /** It waits, until what it asked for is there. */
  | { readonly type: 'suspended' }
  /** It is tried again, after so many milliseconds. */
  | { readonly type: 'retried'; readonly delayMs: number }
  /** It is queued again as if it had not been claimed; what is counted of deaths of hosts stands in `crashes`. */
  | { readonly type: 'returned'; readonly crashes: number; readonly alone: boolean };

const WANTED_ENDS: Readonly<Record<JobWish, { outcome: JobOutcome; code: string; message: string }>> = {
  cancel: { outcome: 'cancelled', code: 'ESP_ABORTED', message: 'the job was cancelled' },
  parent: { outcome: 'cancelled', code: 'ESP_ABORTED', message: 'the job was cancelled with its parent' },
  deadline: { outcome: 'timed_out', code: 'ESP_TIMEOUT', message: 'the deadline of the job has passed' },
  budget: { outcome: 'failed', code: 'ESP_BUDGET', message: 'the budget of the job is used up' },
};

/** How a job ends that others want to end. */
export function wantedEnd(wanted: JobWish, reason: string | null): { outcome: JobOutcome; error: ErrorRecord } {
  const { outcome, code, message } = WANTED_ENDS[wanted];
  return { outcome, error: { code, message: reason === null ? message : `${message}: ${reason}` } };
}

/**
 * Decides what becomes of a job, in the operation that writes the end of its attempt. A wish that was written before that end
 * decides it, whatever the attempt came to. Beside something that may still run nothing is started again.
 *
 * @param reason what was said with the wish
 * @param random in [0, 1), for the spread of the backoff
 */
export function decideJobEnd(
  end: JobAttemptEnd,
  job: JobBeforeEnd,
  policy: JobPolicy,
  { reason, random }: { readonly reason: string | null; readonly random: number },
): JobVerdict {
  if (end.unproven !== undefined && (end.how !== 'succeeded' || job.wanted !== null)) return quarantined(end.unproven);
  if (job.wanted !== null) return { type: 'ended', ...wantedEnd(job.wanted, reason) };
  if (end.how === 'host_lost') return afterHostLoss(job, policy);
  if (end.how === 'host_stopped' || end.how === 'interrupted') return returned(job);
  if (end.how === 'suspended') return { type: 'suspended' };
  const stands = { endedBefore: job.endedBefore, lossesBefore: job.lossesBefore };
  const { outcome, requeue } = decideRetry({ how: end.how }, stands, {
    retries: policy.attempts - 1,
    onLost: policy.onLost,
  });
  if (!requeue) return { type: 'ended', outcome, error: null };
  // A lost worker says nothing of the job: it goes on at once.
  if (end.how === 'lost') return returned({ ...job, crashes: 0 });
  return { type: 'retried', delayMs: backoffDelay(policy.backoff, job.endedBefore, random) };
}

function quarantined(unproven: string): JobVerdict {
  return { type: 'ended', outcome: 'failed', error: { code: 'ESP_QUARANTINED', message: unproven } };
}

function returned({ crashes, alone }: Pick<JobBeforeEnd, 'crashes' | 'alone'>): JobVerdict {
  return { type: 'returned', crashes, alone };
}

/** A host that dies takes with it whatever runs there: only one that dies again and again, at last alone, is to blame. */
function afterHostLoss({ crashes, alone }: JobBeforeEnd, { onLost, isolateAfter }: JobPolicy): JobVerdict {
  if (alone) {
    const message = `its host died ${crashes + 1} times in a row while the job ran, the last time with nothing beside it`;
    return { type: 'ended', outcome: 'failed', error: { code: 'ESP_POISONED', message } };
  }
  if (onLost === 'fail') return { type: 'ended', outcome: 'failed', error: null };
  const counted = crashes + 1;
  return { type: 'returned', crashes: counted, alone: isolateAfter !== null && counted >= isolateAfter };
}
