import type { JournalEvent } from '../../../machines/events.js';
import type { JobWait } from '../protocol/wire.js';

type Begun = Pick<JobWait, 'kind' | 'reason'>;

/**
 * The times in which a job did not run, in order.
 *
 * @param events what the journal says of this job alone, in order; what it says no more is not told
 */
export function waitsOf(events: readonly JournalEvent[]): JobWait[] {
  const spans: JobWait[] = [];
  for (const event of events) {
    const begun = changeOf(event);
    if (begun === undefined) continue;
    const open = spans.at(-1);
    if (open?.until === null) {
      if (begun !== null && open.kind === begun.kind && open.reason === begun.reason) continue;
      spans[spans.length - 1] = { ...open, until: event.at };
    }
    if (begun !== null) spans.push({ ...begun, from: event.at, until: null });
  }
  // Two that were written at one moment: the job was never in the first.
  return spans.filter(({ from, until }) => from !== until);
}

/** The wait that begins with an event; null when none goes on, undefined when the event changes nothing. */
function changeOf(event: JournalEvent): Begun | null | undefined {
  switch (event.type) {
    case 'job.submitted': {
      const { state } = event.data;
      return state === 'blocked' || state === 'parked' || state === 'queued' ? { kind: state, reason: null } : null;
    }
    case 'job.queued':
      return { kind: 'queued', reason: null };
    case 'job.parked': {
      const { reason, for: what } = event.data;
      return { kind: 'parked', reason: what === '' ? reason : `${reason} ${what}` };
    }
    case 'job.waiting':
      return { kind: 'waiting', reason: awaited(event.data) };
    case 'attempt.started':
    case 'job.ended':
      return null;
    default:
      return undefined;
  }
}

function awaited({ questions, jobs }: { readonly questions: readonly string[]; readonly jobs: number }): string {
  const parts = [
    ...(questions.length === 0 ? [] : [`an answer to ${questions.join(', ')}`]),
    ...(jobs === 0 ? [] : [jobs === 1 ? '1 job' : `${jobs} jobs`]),
  ];
  return parts.join(' and ');
}
