import type { Cause, Finding } from '../../findings/explanation.js';
import type { JobFact } from '../../findings/facts.js';
import { finding } from '../../findings/finding.js';
import { errorText, how } from '../../findings/words.js';

/** A finding about a job, with its attempts as evidence. @param advice what to do, where that does not follow from the cause */
export function about(
  cause: Cause,
  job: JobFact,
  sentences: readonly [string, ...string[]],
  advice?: string | null,
): Finding {
  const last = job.attempts.at(-1);
  const evidence = job.attempts.map((attempt) => ({
    seq: null,
    at: attempt.endedAt ?? attempt.startedAt,
    text: `attempt ${attempt.attempt} ${described(attempt)}`,
  }));
  const at = job.endedAt ?? last?.endedAt ?? last?.startedAt ?? job.submittedAt;
  return finding(cause, { about: job.jobId, sentences, evidence, at, ...(advice !== undefined && { advice }) });
}

function described({ state, exit, error }: JobFact['attempts'][number]): string {
  if (state === 'running') return 'is running';
  if (state === 'succeeded') return 'succeeded';
  const why = exit !== null ? `ended ${how(exit)}` : error !== null ? errorText(error) : '';
  return why === '' ? state.replaceAll('_', ' ') : `${state.replaceAll('_', ' ')}: ${why}`;
}
