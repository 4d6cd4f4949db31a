import { wantedEnd } from '../../../work/job/decide-end.js';
import { isEnded } from '../../../work/job/states.js';
import type { Cause, Finding } from '../../findings/explanation.js';
import type { Facts, JobFact } from '../../findings/facts.js';
import { count, duration, lastWords } from '../../findings/words.js';
import { about } from './about.js';
import { causeOfAttempt, endFinding, howItEnded } from './ended.js';
import { unanswered } from './questions.js';
import { waitFindings } from './waits.js';

/** What became of a job that belongs to no run, or why it waits. */
export function jobFindings(facts: Facts): Finding[] {
  const { job } = facts;
  if (job === null) return [];
  if (isEnded(job.state)) return [endFinding(facts, job)];
  const now =
    job.state === 'running'
      ? [...unanswered(facts, job, 'Its attempt runs meanwhile.'), running(facts, job)]
      : waitFindings(facts, job);
  return [...now, ...troubled(facts, job)];
}

const name = ({ jobId }: JobFact) => `Job ${jobId}`;

/** What a wish is called, by the cause that its end has later. */
const WISHED = {
  cancel: 'cancelled',
  parent: 'parent_ended',
  deadline: 'deadline',
  budget: 'budget',
} as const satisfies Record<NonNullable<JobFact['wanted']>['wish'], Cause>;

function running({ host, now }: Facts, job: JobFact): Finding {
  const last = job.attempts.at(-1);
  if (host?.presence === 'gone' || host?.ended === 'dead') {
    const next = job.policy.onLost === 'fail' ? 'writes it down as failed (on lost: fail)' : 'takes it up again';
    return about(
      'lost_host',
      job,
      [
        `${name(job)} was running when its host died: it does not run any more, and the next host of this store ${next}.`,
      ],
      'Start a host of this store, or run "espalier janitor".',
    );
  }
  const since = last === undefined ? '' : ` for ${duration(now - last.startedAt)}, in attempt ${last.attempt}`;
  const { wanted, policy } = job;
  if (wanted !== null) {
    const { message } = wantedEnd(wanted.wish, wanted.reason).error;
    return about(WISHED[wanted.wish], job, [
      `${name(job)} is about to end: ${message}.`,
      `It has been running${since}; its host ends what runs of it, and writes the end once that is proven gone.`,
    ]);
  }
  const limit = policy.timeoutMs === null ? 'without a time limit' : `with a limit of ${duration(policy.timeoutMs)}`;
  const alone = job.alone
    ? [`Nothing runs beside it: its host died ${count(job.crashes, 'time')} in a row while it ran.`]
    : [];
  return about('running', job, [`${name(job)} has been running${since}, ${limit}.`, ...alone]);
}

/** What kept an unfinished job from its end so far. */
function troubled(facts: Facts, job: JobFact): Finding[] {
  const last = job.attempts.findLast(({ state }) => state !== 'running');
  if (last === undefined) return [];
  if (last.state === 'orphaned') {
    const lost = about(
      'lost_host',
      job,
      [`${name(job)} was running when its host died; that attempt does not count.`],
      null,
    );
    return [{ ...lost, standing: false }];
  }
  if (last.state !== 'failed' && last.state !== 'timed_out') return [];
  const cause = causeOfAttempt(facts, job, last);
  const times = job.attempts.filter(({ state }) => state === 'failed' || state === 'timed_out').length;
  const failed = about(cause, job, [
    `${name(job)} failed ${count(times, 'time')} so far, the last time so: ${howItEnded(cause, job, last)}.`,
    ...lastWords(last.stderr),
  ]);
  return [{ ...failed, standing: false }];
}
