import { jobName } from '../../machines/ids/job-id.js';
import type { Dispatch } from './contract.js';

/** The system allows 128 KiB. */
const MOST_CHARACTERS = 30_000;

/**
 * What a program finds in its environment about the attempt that it is. What is not so is empty: the host's own environment may
 * be that of another attempt. What may be large (answers, results, a checkpoint) is read from the store, by `espalier context`.
 *
 * @param store absolute path of the store's file
 */
export function attemptVariables(
  { jobId, attempt, epoch, context }: Pick<Dispatch, 'jobId' | 'attempt' | 'epoch' | 'context'>,
  store: string,
): Readonly<Record<`ESPALIER_${string}`, string>> {
  const name = jobName(jobId);
  const slot = name.kind === 'slot' ? name : null;
  return {
    ESPALIER_STORE: store,
    ESPALIER_JOB: jobId,
    ESPALIER_ATTEMPT: String(attempt),
    ESPALIER_EPOCH: String(epoch),
    ESPALIER_RUN: slot?.run ?? '',
    ESPALIER_INDEX: slot === null ? '' : String(slot.index),
    ESPALIER_KEY: fitting(context?.key ?? ''),
    ESPALIER_PARENT: context?.parent ?? '',
    ESPALIER_DEADLINE: context?.deadline == null ? '' : String(context.deadline),
  };
}

/** One that no variable can hold is left out, for a cut one would be another key. */
function fitting(text: string): string {
  return text.length > MOST_CHARACTERS || text.includes('\0') ? '' : text;
}
