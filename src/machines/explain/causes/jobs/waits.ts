import { formatTime } from '../../../../clock.js';
import type { Finding } from '../../findings/explanation.js';
import type { Facts, JobFact } from '../../findings/facts.js';
import { count, duration, namesOf } from '../../findings/words.js';
import { about } from './about.js';
import { unanswered } from './questions.js';

/** Why a job that has not ended, and that does not run, does not: what it waits for itself, and what holds its queue back. */
export function waitFindings(facts: Facts, job: JobFact): Finding[] {
  if (job.state === 'waiting') return suspended(facts, job);
  const own = ownWait(facts, job);
  const ofQueue = queueWaits(facts, job);
  // Whoever stands in a queue that nobody takes from waits for nothing else.
  return job.state === 'queued' && ofQueue.length > 0 ? ofQueue : [own, ...ofQueue];
}

function ownWait(facts: Facts, job: JobFact): Finding {
  switch (job.state) {
    case 'created':
      return about('waiting', job, [
        `${name(job)} is not released yet: what is submitted with it is still being written.`,
      ]);
    case 'blocked':
      return blocked(job);
    case 'parked':
      return parked(facts, job);
    default:
      return turn(facts, job);
  }
}

const name = ({ jobId }: JobFact) => `Job ${jobId}`;

const UNMET: ReadonlySet<string> = new Set(['created', 'blocked', 'parked', 'queued', 'running', 'waiting']);

function blocked(job: JobFact): Finding {
  const open = job.after.filter(({ state }) => UNMET.has(state));
  const named = namesOf(open.map(({ jobId, state }) => `${jobId} (${state})`));
  return about('blocked', job, [
    `${name(job)} starts once ${count(open.length, 'job')} ${open.length === 1 ? 'has' : 'have'} ended: ${named}.`,
  ]);
}

/** Its attempt has ended to wait: whether its queue is served matters only once it goes on. */
function suspended(facts: Facts, job: JobFact): Finding[] {
  const open = job.awaits.filter(({ state }) => UNMET.has(state));
  const named = namesOf(open.map(({ jobId, state }) => `${jobId} (${state})`));
  const jobs = about('blocked', job, [
    `${name(job)} goes on once ${count(open.length, 'job')} that it waits for ${open.length === 1 ? 'has' : 'have'} ended: ${named}.`,
    'Nothing of it runs meanwhile, and it holds no place.',
  ]);
  const questions = unanswered(facts, job, 'Nothing of it runs meanwhile; it goes on with the answer.');
  if (open.length > 0) return [...questions, jobs];
  if (questions.length > 0) return questions;
  return [about('waiting', job, [`${name(job)} has all that it waited for, and goes on.`])];
}

function parked({ now }: Facts, job: JobFact): Finding {
  const { reason, for: what, until } = job.parked ?? { reason: 'not_before', for: '', until: null };
  const left = until === null ? 'later' : until > now ? `in ${duration(until - now)}` : 'as soon as a host looks';
  switch (reason) {
    case 'not_before':
      return about('not_before', job, [
        `${name(job)} does not start before ${until === null ? 'its time' : `${formatTime(until)} UTC`}: it may start ${left}.`,
      ]);
    case 'backoff': {
      const tries = job.attempts.filter(({ state }) => state === 'failed' || state === 'timed_out').length;
      return about('backoff', job, [
        `${name(job)} is tried again ${left}: ${count(tries, 'attempt')} of the ${job.policy.attempts} that it has did not succeed.`,
      ]);
    }
    case 'limit':
      return limited(job, what);
    case 'method':
      return about('unknown_method', job, [
        `${name(job)} calls the method ${what}, which nobody who serves queue ${job.queue} knows: it waits until somebody does.`,
        ...known(job),
      ]);
    case 'version':
      return about('unknown_version', job, [
        `${name(job)} is for the version ${what}, which nobody who serves queue ${job.queue} has: it waits until somebody does.`,
      ]);
    case 'operation':
      return about('unknown_operation', job, [
        `${name(job)} commits with the operation ${what}, which nobody who serves queue ${job.queue} has: it waits until somebody does.`,
      ]);
    case 'children':
      return about('ending_children', job, [
        `${name(job)} is tried again once what its last attempt submitted has ended: it is being ended now.`,
      ]);
    case 'budget':
      return about('budget', job, [
        `${name(job)} waits: what it may cost is used up or reserved by jobs of its family.`,
      ]);
    default:
      return reason satisfies never;
  }
}

function known({ inQueue }: JobFact): string[] {
  return inQueue.servedBy.flatMap(({ path, methods }) =>
    methods === null || methods.length === 0 ? [] : [`${path} knows ${namesOf(methods, 8)}.`],
  );
}

function limited(job: JobFact, limit: string): Finding {
  const found = job.limits.find((one) => one.name === limit);
  if (found === undefined) return about('limit', job, [`${name(job)} waits for the limit ${limit}.`]);
  const { concurrency, rate, holders, waiting } = found;
  const allowed = [
    ...(concurrency === null ? [] : [`${count(concurrency, 'attempt')} at once`]),
    ...(rate === null ? [] : [`${rate.count} in ${duration(rate.perMs)}`]),
  ];
  const others = waiting - 1;
  return about('limit', job, [
    `${name(job)} waits for the limit ${limit}, which allows ${allowed.join(' and ') || 'everything'}.`,
    ...(holders.length === 0 ? [] : [`It is held by ${namesOf(holders)}.`]),
    ...(others <= 0 ? [] : [`${count(others, 'other job')} ${others === 1 ? 'waits' : 'wait'} for it too.`]),
  ]);
}

function turn({ now }: Facts, job: JobFact): Finding {
  const { queued, running } = job.inQueue;
  if (job.alone) {
    return about('isolated', job, [
      `${name(job)} has had its host die ${count(job.crashes, 'time')} in a row while it ran: now it runs with nothing beside it, and waits until its host is empty.`,
    ]);
  }
  const others = Math.max(0, queued - 1);
  return about('waiting', job, [
    `${name(job)} waits for its turn, ${duration(now - job.submittedAt)} after it was submitted: ${count(running, 'job')} of its queue ${running === 1 ? 'runs' : 'run'}, ${others === 0 ? 'and no other is queued' : `and ${count(others, 'other')} ${others === 1 ? 'is' : 'are'} queued`}.`,
  ]);
}

function queueWaits({ now }: Facts, job: JobFact): Finding[] {
  const { queue, inQueue } = job;
  const { pausedAt, servedBy } = inQueue;
  return [
    ...(servedBy.length > 0
      ? []
      : [about('unserved', job, [`No living host serves queue ${queue}: job ${job.jobId} waits until one does.`])]),
    ...(pausedAt === null
      ? []
      : [
          about(
            'queue_paused',
            job,
            [
              `Queue ${queue} has been paused for ${duration(now - pausedAt)}: nothing of it starts, job ${job.jobId} neither.`,
            ],
            `"espalier queue resume ${queue}" goes on.`,
          ),
        ]),
  ];
}
