import { NEVER_STARTED } from '../findings/advice.js';
import type { Finding } from '../findings/explanation.js';
import type { Facts, RunFact, SlotFact } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { count, duration } from '../findings/words.js';

/** Why a slot that waits is not being executed. */
export function waiting({ host, now }: Facts, slot: SlotFact, run: RunFact): Finding {
  const at = run.updatedAt;
  const name = `Slot ${slot.jobId}`;
  const since = `for ${duration(now - run.updatedAt)}`;
  switch (run.status) {
    case 'paused':
      return finding('paused', { about: slot.jobId, sentences: [`${name} waits: its run is paused.`], at });
    case 'stopped':
      return finding('stopped', { about: slot.jobId, sentences: [`${name} waits: its run was stopped.`], at });
    case 'interrupted':
      return finding('interrupted', {
        about: slot.jobId,
        sentences: [`${name} waits: its run was interrupted, and no host drives it.`],
        at,
      });
    case 'created':
      return finding('interrupted', {
        about: slot.jobId,
        sentences: [`${name} waits: its run was never started, because its slots were not all written.`],
        advice: NEVER_STARTED,
        at,
      });
    case 'completed':
      return finding('ended', {
        about: slot.jobId,
        sentences: [`${name} did not run, though its run is completed.`],
        at,
      });
    case 'running':
      break;
    default:
      return run.status satisfies never;
  }
  if (host?.presence === 'gone') {
    return finding('interrupted', { about: slot.jobId, sentences: [`${name} waits, and no host drives its run.`], at });
  }
  const { concurrency } = run.policy;
  const full = run.executing >= concurrency;
  const first = full
    ? `${name} waits for room: ${count(run.executing, 'slot')} of its run ${run.executing === 1 ? 'is' : 'are'} at work, which is its limit.`
    : `${name} waits for its turn ${since}: ${run.executing} of ${concurrency} slots are at work.`;
  const more = full
    ? []
    : ['Its pool may have no free worker, or it is too far ahead of the slots that are not committed yet.'];
  return finding('waiting', { about: slot.jobId, sentences: [first, ...more], at });
}
