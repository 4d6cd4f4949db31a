import type { ErrorRecord } from '../../../../errors.js';
import type { AttemptRecord } from '../../../work/attempt.js';
import { wantedEnd } from '../../../work/job/decide-end.js';
import type { JobWish } from '../../../work/job/policy.js';
import { ADVICE } from '../../findings/advice.js';
import type { Cause, Finding } from '../../findings/explanation.js';
import type { Facts, JobFact } from '../../findings/facts.js';
import { count, duration, errorText, how, lastWords } from '../../findings/words.js';
import { causeOfCall } from '../calls.js';
import { causeOfProgram } from '../ends.js';
import { about } from './about.js';

/** Why a job has ended as it did. */
export function endFinding(facts: Facts, job: JobFact): Finding {
  const { error } = job;
  if (job.state === 'succeeded') return succeeded(job);
  if (job.state === 'skipped')
    return because('dependency_failed', job, `was skipped: ${error?.message ?? 'nobody kept why'}`);
  if (isWish(error, 'parent'))
    return because('parent_ended', job, `was cancelled, because its parent ended${reasonOf(error, 'parent')}`);
  if (isWish(error, 'cancel')) return because('cancelled', job, `was cancelled${reasonOf(error, 'cancel')}`);
  if (isWish(error, 'deadline')) return because('deadline', job, `did not end before its deadline, and was ended then`);
  if (error?.code === 'ESP_BUDGET') return because('budget', job, `was ended: ${error.message}`);
  if (error?.code === 'ESP_POISONED')
    return because('poisoned', job, `was given up: ${error.message}`, ADVICE.poisoned);
  if (error?.code === 'ESP_QUARANTINED') return because('suspect', job, `failed: ${error.message}`, ADVICE.suspect);
  return failed(facts, job);
}

const name = ({ jobId }: JobFact) => `Job ${jobId}`;

function succeeded(job: JobFact): Finding {
  const before = job.attempts.filter(({ state }) => state !== 'succeeded' && state !== 'suspended').length;
  const after = before === 0 ? '' : `, after ${count(before, 'attempt')} that did not`;
  return about('succeeded', job, [`${name(job)} succeeded${after}: nothing is wrong with it.`]);
}

/** What ended a job stands first in the message that was kept, and the reason of whoever wished it after that. */
function isWish(error: ErrorRecord | null, wish: JobWish): boolean {
  const { code, message } = wantedEnd(wish, null).error;
  return error?.code === code && (error.message === message || error.message.startsWith(`${message}: `));
}

function reasonOf(error: ErrorRecord | null, wish: JobWish): string {
  const reason = error?.message.slice(wantedEnd(wish, null).error.message.length + 2) ?? '';
  return reason === '' ? '' : `: ${reason}`;
}

function because(cause: Cause, job: JobFact, what: string, advice: string | null = again(job)): Finding {
  return about(cause, job, [`${name(job)} ${what}.`], advice);
}

function again({ jobId }: JobFact): string {
  return `"espalier retry ${jobId}" submits it anew.`;
}

function failed(facts: Facts, job: JobFact): Finding {
  const last = job.attempts.at(-1);
  if (last === undefined) {
    const why = job.error === null ? 'no attempt of it is kept' : errorText(job.error);
    return because('nonzero_exit', job, `failed: ${why}`);
  }
  const cause = causeOfAttempt(facts, job, last);
  const verb = job.state === 'timed_out' ? 'timed out' : 'failed';
  const number = job.attempts.length > 1 ? [`That was attempt ${last.attempt}, the last one that it has.`] : [];
  return about(
    cause,
    job,
    [`${name(job)} ${verb}: ${howItEnded(cause, job, last)}.`, ...number, ...lastWords(last.stderr)],
    mend(cause, job),
  );
}

/** Why an attempt of a job did not succeed. */
export function causeOfAttempt(facts: Facts, job: JobFact, last: AttemptRecord): Cause {
  return job.method === null ? causeOfProgram(facts, job.jobId, last) : causeOfCall(last);
}

function mend(cause: Cause, job: JobFact): string {
  if (cause === 'bad_input') return 'Submit it with an input that fits.';
  const first = cause === 'lost_host' ? null : ADVICE[cause];
  return first === null ? again(job) : `${first} ${again(job)}`;
}

/** How the last attempt ended, in words that follow `Job X failed:`. */
export function howItEnded(cause: Cause, { method, policy }: JobFact, last: AttemptRecord): string {
  const why = last.error ? errorText(last.error) : how(last.exit);
  switch (cause) {
    case 'lost_host':
      return 'its host died in it, and that counts as a failure (on lost: fail)';
    case 'lost_worker':
      return `its worker ended while it had it${last.error ? `: ${errorText(last.error)}` : ''}`;
    case 'timeout':
      return policy.timeoutMs === null ? why : `it ran longer than ${duration(policy.timeoutMs)}, and was stopped`;
    case 'spawn_failure':
      return `its program could not be started: ${why}`;
    case 'bad_input':
      return `its input does not fit: ${why}`;
    case 'memory':
      return `its program ran out of memory and ended ${how(last.exit)}`;
    case 'killed':
      return `its program was ended by ${last.exit?.signal ?? 'a signal'}, which nobody here sent`;
    case 'protocol_error':
      return `its worker broke the worker protocol: ${why}`;
    case 'boot_failure':
      return `no worker became ready that could have taken it: ${why}`;
    case 'failed_call':
      return `the call of ${method} failed: ${why}`;
    default:
      return `its program ended ${how(last.exit)}`;
  }
}
