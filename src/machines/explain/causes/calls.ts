import type { AttemptRecord } from '../../work/attempt.js';
import type { Cause } from '../findings/explanation.js';
import type { Facts, RunFact, SlotFact } from '../findings/facts.js';
import { count, errorText, evidence, ofType } from '../findings/words.js';

/** What is said of a slot whose attempts are calls of a worker, where that is not what is said of programs. */

/** The method that the slots of a run call; null where each runs a program of its own. */
export function methodOf({ policy }: RunFact): string | null {
  return policy.method ?? null;
}

/** Why a call gave no answer, by the error that was kept of it: there is no exit of its own. */
export function causeOfCall({ state, error, ranMs }: AttemptRecord): Cause {
  if (state === 'orphaned') return 'lost_host';
  if (state === 'lost') return 'lost_worker';
  if (state === 'timed_out') return 'timeout';
  if (error?.code === 'ESP_INVALID' && ranMs === null) return 'bad_input';
  if (error?.code === 'ESP_WORKER_BOOT') return 'boot_failure';
  if (error?.code === 'ESP_PROTOCOL') return 'protocol_error';
  return 'failed_call';
}

/** The first sentence of a failed slot; null for what is said of programs alike. */
export function callSentence(cause: Cause, method: string, slot: SlotFact, last: AttemptRecord): string | null {
  const why = last.error ? errorText(last.error) : 'nobody kept why';
  switch (cause) {
    case 'bad_input':
      return `The input of slot ${slot.jobId} does not fit the method ${method}: ${why}.`;
    case 'boot_failure':
      return `No worker became ready that could have taken slot ${slot.jobId}: ${why}.`;
    case 'failed_call':
      return `The call of ${method} for slot ${slot.jobId} failed: ${why}.`;
    default:
      return null;
  }
}

/** Whose worker was lost: how often, and how the last one ended. */
export function lostCall(slot: SlotFact, run: RunFact, { error }: AttemptRecord): [string, ...string[]] {
  const times = slot.attempts.filter(({ state }) => state === 'lost').length;
  const name = `Slot ${slot.jobId}`;
  const first =
    run.policy.onLost === 'fail'
      ? `${name} failed because its worker ended while it had its call, and its run says that this is a failure (on lost: fail).`
      : `${name} failed: its worker ended while it had its call, ${count(times, 'time')}.`;
  return [first, ...(error ? [`${times > 1 ? 'The last time: ' : ''}${errorText(error)}.`] : [])];
}

/** Where a cause of a call is mended; undefined where programs are mended so too. */
export function callAdvice(cause: Cause): string | undefined {
  if (cause === 'bad_input') return 'Mend that line of the input, or what the method says of its argument.';
  if (cause === 'lost_worker') return 'Ask about its worker: "espalier why" with the path of it.';
  if (cause === 'poisoned_input') return 'Call the method by hand with this input.';
  return undefined;
}

/** That a worker has an attempt, or had it. */
export function startsOf({ events }: Facts, { jobId }: SlotFact) {
  return ofType(events, 'attempt.started').filter(({ ctx }) => ctx?.job === jobId);
}

/** The workers that had its attempts. */
export function workersOf(facts: Facts, slot: SlotFact) {
  return startsOf(facts, slot).map((event) =>
    evidence(event, `${workerText(event)} had attempt ${event.data.attempt}`),
  );
}

/** A worker, as it is named. */
export function workerText({ path, data }: ReturnType<typeof startsOf>[number]): string {
  return `${path ?? 'a worker'}${data.pid === undefined ? '' : ` (pid ${data.pid})`}`;
}
