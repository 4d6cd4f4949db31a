import type { Facts, JobFact } from '../../../../src/machines/explain/findings/facts.js';
import { parseJobId } from '../../../../src/machines/ids/job-id.js';
import { DEFAULT_BACKOFF } from '../../../../src/machines/time/backoff.js';
import type { AttemptRecord } from '../../../../src/machines/work/attempt.js';
import { wantedEnd } from '../../../../src/machines/work/job/decide-end.js';
import type { JobPolicy } from '../../../../src/machines/work/job/policy.js';
import { attempt, facts, host, NOW } from '../support.js';
import type { Cases } from './cases.js';

const jobNumber = (n: number) => parseJobId(`job-${n}-0123456789abcdef`);

const policy: JobPolicy = {
  attempts: 3,
  backoff: DEFAULT_BACKOFF,
  timeoutMs: null,
  onLost: 'retry',
  onDependency: 'fail',
  onParentEnd: 'cancel',
  isolateAfter: 3,
  usage: null,
  reserve: {},
  commit: null,
};

const inQueue: JobFact['inQueue'] = {
  pausedAt: null,
  queued: 3,
  running: 2,
  servedBy: [{ path: '/embed', methods: ['add', 'embed'] }],
};

const job: JobFact = {
  ...{ jobId: jobNumber(1), state: 'queued', queue: 'q', method: 'embed', version: null, policy, parked: null },
  ...{ wanted: null, crashes: 0, alone: false, submittedAt: NOW - 60_000, endedAt: null, error: null },
  ...{ attempts: [], after: [], awaits: [], questions: [], inQueue, limits: [] },
};

function of(more: Partial<JobFact>, moreFacts: Partial<Facts> = {}): Facts {
  return facts([], {
    target: { kind: 'job', job: jobNumber(1) },
    host: null,
    job: { ...job, ...more },
    ...moreFacts,
  });
}

const parked = (reason: NonNullable<JobFact['parked']>['reason'], what: string, until: number | null) =>
  ({ state: 'parked', parked: { reason, for: what, until } }) as const;
const limit = { name: 'openai', concurrency: 2, rate: null, holders: [jobNumber(5), jobNumber(6)], waiting: 1 };
const ended = (state: JobFact['state'], code: string, message: string, attempts: readonly AttemptRecord[] = []) =>
  of({ state, endedAt: NOW - 1000, error: { code, message }, attempts });
const wished = (wish: 'cancel' | 'parent' | 'deadline' | 'budget', reason: string | null = null) => {
  const { outcome, error } = wantedEnd(wish, reason);
  return ended(outcome, error.code, error.message);
};
const failure = (code: string, message: string) => attempt('failed', null, { error: { code, message } });
const program = (last: AttemptRecord, more: Partial<JobFact> = {}) =>
  of({ state: 'failed', method: null, endedAt: NOW, attempts: [last], error: last.error, ...more });
const call = (last: AttemptRecord, more: Partial<JobFact> = {}) =>
  of({ state: 'failed', endedAt: NOW, attempts: [last], error: last.error, ...more });

export const jobs: Cases = {
  'that is not released': of({ state: 'created' }),
  'that waits for its turn': of({}),
  'that waits for its turn, alone in its queue': of({ inQueue: { ...inQueue, queued: 1, running: 1 } }),
  'whose queue nobody serves': of({ inQueue: { ...inQueue, servedBy: [] } }),
  'whose queue is paused, and served by nobody': of({
    inQueue: { ...inQueue, pausedAt: NOW - 300_000, servedBy: [] },
  }),
  'that waits until its host is empty': of({ alone: true, crashes: 3, attempts: [attempt('orphaned', null)] }),
  'that waits for other jobs': of({
    state: 'blocked',
    after: [
      { jobId: jobNumber(2), state: 'succeeded' },
      { jobId: jobNumber(3), state: 'running' },
      { jobId: jobNumber(4), state: 'parked' },
    ],
  }),
  'that is not to start yet, in a paused queue': of({
    ...parked('not_before', '', NOW + 720_000),
    inQueue: { ...inQueue, pausedAt: NOW - 1000 },
  }),
  'whose time has come, while no host looks': of({
    ...parked('not_before', '', NOW - 1000),
    inQueue: { ...inQueue, servedBy: [] },
  }),
  'that has failed and is tried again': of({
    ...parked('backoff', '', NOW + 3000),
    attempts: [failure('Error', 'no such word')],
  }),
  'that waits for a limit': of({ ...parked('limit', 'openai', null), limits: [limit] }),
  'that waits for a rate, with others': of({
    ...parked('limit', 'openai', null),
    limits: [{ ...limit, concurrency: null, rate: { count: 2, perMs: 1000, burst: 2 }, holders: [], waiting: 3 }],
  }),
  'that waits for a limit that many hold': of({
    ...parked('limit', 'openai', null),
    limits: [{ ...limit, holders: [4, 5, 6, 7, 8, 9].map(jobNumber) }],
  }),
  'that waits for a limit that was taken away': of(parked('limit', 'openai', null)),
  'whose method nobody knows': of(parked('method', 'translate', null)),
  'whose method nobody knows, and that nobody serves': of({
    ...parked('method', 'translate', null),
    inQueue: { ...inQueue, servedBy: [] },
  }),
  'whose children are being ended': of(parked('children', '', null)),
  'whose operation nobody has': of(parked('operation', 'book', null)),
  'whose version nobody has': of(parked('version', 'embed@v3', null)),
  'whose budget is reserved': of(parked('budget', '', null)),
  'that waits for an answer': of({
    ...{ state: 'waiting', attempts: [attempt('suspended', 0)] },
    questions: [
      { id: 'deploy', question: 'May I deploy?', attempt: 1, suspends: true, askedAt: NOW - 300_000 },
      { id: 'color', question: 'Which?', attempt: 1, suspends: true, askedAt: NOW - 300_000, answer: 'red' },
      { id: 'early', attempt: null, suspends: false, askedAt: null, answer: 1 },
    ],
  }),
  'that waits for jobs of its own, and for an answer to a question of two words': of({
    ...{ state: 'waiting', attempts: [attempt('suspended', 75)] },
    questions: [{ id: 'how many', question: { least: 1 }, attempt: 1, suspends: true, askedAt: NOW - 2000 }],
    awaits: [
      { jobId: jobNumber(2), state: 'succeeded' },
      { jobId: jobNumber(3), state: 'running' },
      { jobId: jobNumber(4), state: 'queued' },
    ],
    inQueue: { ...inQueue, servedBy: [] },
  }),
  'that asks while it runs': of({
    ...{ state: 'running', attempts: [attempt('running', null)] },
    questions: [{ id: 'go', question: 'Go on?', attempt: 1, suspends: false, askedAt: NOW - 2000 }],
  }),
  'that runs': of({ state: 'running', attempts: [attempt('running', null)] }, { host }),
  'that runs again, with a limit': of(
    {
      state: 'running',
      policy: { ...policy, timeoutMs: 30_000 },
      attempts: [failure('Error', 'no'), attempt('running', null, { attempt: 2 })],
    },
    { host },
  ),
  'that runs alone': of({ state: 'running', alone: true, crashes: 3, attempts: [attempt('running', null)] }, { host }),
  'that is being cancelled': of(
    { state: 'running', wanted: { wish: 'cancel', reason: 'not needed' }, attempts: [attempt('running', null)] },
    { host },
  ),
  'whose host died': of(
    { state: 'running', attempts: [attempt('running', null)] },
    { host: { ...host, presence: 'gone' } },
  ),
  'whose host died, and that is to fail then': of(
    { state: 'running', policy: { ...policy, onLost: 'fail' }, attempts: [attempt('running', null)] },
    { host: { ...host, presence: 'gone' } },
  ),
  'that is queued again after its host died': of({ crashes: 1, attempts: [attempt('orphaned', null)] }),
  'that succeeded': of({ state: 'succeeded', endedAt: NOW, attempts: [attempt('succeeded', 0)] }),
  'that succeeded after failures': of({
    state: 'succeeded',
    endedAt: NOW,
    attempts: [failure('Error', 'no'), attempt('succeeded', 0, { attempt: 2 })],
  }),
  'that was skipped': ended('skipped', 'ESP_ABORTED', `it was to start after job ${jobNumber(2)}, which is failed`),
  'that was cancelled': wished('cancel'),
  'that was cancelled, with a reason': wished('cancel', 'not needed'),
  'whose parent ended': wished('parent'),
  'whose parent was tried again': wished('parent', 'its parent is tried again'),
  'whose deadline passed': wished('deadline'),
  'that cost too much': wished('budget'),
  'that kills its hosts': ended('failed', 'ESP_POISONED', 'its host died 4 times in a row while the job ran'),
  'whose process could not be proven gone': ended('failed', 'ESP_QUARANTINED', 'pid 7 cannot be looked at'),
  'that failed, without an attempt': ended('failed', 'ESP_INVALID', 'no'),
  'whose program failed': program(attempt('failed', 3, { stderr: 'oh no\n' })),
  'whose program failed the last time': program(attempt('failed', 3), {
    attempts: [attempt('failed', 1), attempt('failed', 3, { attempt: 2 })],
  }),
  'whose program was killed': program(attempt('failed', null, { exit: { code: null, signal: 'SIGKILL' } })),
  'whose program could not be started': program(failure('ESP_SPAWN', 'no such program')),
  'whose input does not fit its command': program(failure('ESP_INVALID', 'no field "a"')),
  'whose program ran out of memory': program(attempt('failed', 1, { stderr: 'MemoryError\n' })),
  'that timed out': program(attempt('timed_out', null), {
    state: 'timed_out',
    policy: { ...policy, timeoutMs: 30_000 },
  }),
  'whose host died, and that is a failure': program(attempt('orphaned', null)),
  'whose call failed': call(failure('ValueError', 'no such word')),
  'whose worker was lost': call(
    attempt('lost', null, { error: { code: 'ESP_WORKER_EXITED', message: 'it ended with exit code 3' } }),
  ),
  'whose workers never became ready': call(failure('ESP_WORKER_BOOT', '5 boots failed')),
  'whose worker broke the protocol': call(failure('ESP_PROTOCOL', 'no header')),
};
