import type { NewJournalEvent } from '../../../../src/machines/events.js';
import type { RunFact, SlotFact } from '../../../../src/machines/explain/findings/facts.js';
import type { AttemptRecord } from '../../../../src/machines/work/attempt.js';
import { attempt, crash, facts, host, journal, NOW, run, slot } from '../support.js';
import type { Cases } from './cases.js';

function of(state: SlotFact['state'], attempts: readonly AttemptRecord[], more: Partial<RunFact> = {}) {
  return facts([], {
    target: { kind: 'slot', run: 'r', index: 0 },
    host: null,
    run: { ...run, ...more },
    slot: slot(state, attempts),
  });
}

const failedBy = (code: string, message: string) =>
  of('failed', [attempt('failed', null, { error: { code, message } })]);
const signalled = (signal: NodeJS.Signals) =>
  attempt('failed', null, { exit: { code: null, signal }, stderr: 'Killed\n' });
const none = { counts: { ...run.counts, succeeded: 0 } };
const lost = { error: { code: 'ESP_WORKER_EXITED', message: 'gone' } };

/** The start of the program of an attempt. */
const spawned = (number: number): NewJournalEvent => ({
  type: 'process.spawned',
  data: { spawnId: 's', pid: 5, command: ['x'] },
  ctx: { run: 'r', job: 'r:0', attempt: number },
});

/** The same end twice, and once more. */
const twice = (one: AttemptRecord) => [one, { ...one, attempt: 2 }];
const thrice = (one: AttemptRecord) => [...twice(one), { ...one, attempt: 3 }];
/** What a run says whose slots are calls. */
const calls: Partial<RunFact> = { policy: { ...run.policy, method: 'embed' } };
const callsOnce: Partial<RunFact> = { policy: { ...run.policy, method: 'embed', onLost: 'fail' } };
const called = (state: AttemptRecord['state'], code: string, message: string, more: Partial<AttemptRecord> = {}) =>
  attempt(state, null, { error: { code, message }, ...more });
const workerGone = '/p/workers/1/worker (pid 5) ended while it had the call (exit code 3)';
const lostCall = called('lost', 'ESP_WORKER_EXITED', workerGone);

/** A worker has the call of an attempt. */
const begun = (number: number): NewJournalEvent => ({
  type: 'attempt.started',
  path: '/p/workers/1/worker',
  incarnation: 1,
  data: { jobId: 'r:0', attempt: number, pid: 5 },
  ctx: { run: 'r', job: 'r:0', attempt: number },
});

const failFast = { policy: { ...run.policy, failFast: true } };

export const slots: Cases = {
  succeeded: of('succeeded', [attempt('succeeded', 0)]),
  'succeeded after failures': of('succeeded', [
    attempt('interrupted', null, { endedAt: NOW + 2990 }),
    attempt('failed', 3, { attempt: 2 }),
    attempt('succeeded', 0, { attempt: 3 }),
  ]),
  failed: of('failed', [attempt('failed', 1, { stderr: 'no such file\n' })]),
  'failed, and no attempt is kept': of('failed', []),
  'failed with a long and held output': of('failed', [attempt('failed', 1, { truncated: true, heldOpen: true })]),
  'failed in two ways': of('failed', [attempt('failed', 2), attempt('failed', 1, { attempt: 2 })]),
  'failed after it had timed out': of('failed', [attempt('timed_out', null), attempt('failed', null, { attempt: 2 })]),
  'failed twice alike after a success elsewhere': of('failed', [
    attempt('failed', 1),
    attempt('lost', null),
    attempt('failed', 1),
  ]),
  'poisoned by its input': of('failed', thrice(attempt('failed', 1, { stderr: 'bad\n' }))),
  'poisoned by its input, after another failure': of('failed', [attempt('failed', 9), ...thrice(attempt('failed', 1))]),
  'poisoned by a long input': {
    ...of('failed', thrice(signalled('SIGSEGV')), { counts: { ...run.counts, succeeded: 1 } }),
    slot: { ...slot('failed', thrice(signalled('SIGSEGV'))), input: 'x'.repeat(300) },
  },
  'poisoned: out of time': of('timed_out', thrice(attempt('timed_out', null))),
  'always out of memory, which is no poison': of('failed', thrice(attempt('failed', 1, { stderr: 'std::bad_alloc' }))),
  'failed twice, as all others did': of('failed', twice(attempt('failed', 1)), none),
  'failed once, as all others did': of('failed', [attempt('failed', 1)], none),
  'out of time': of('timed_out', [
    attempt('timed_out', null, { error: { code: 'ESP_TIMEOUT', message: 'after 50 ms' } }),
  ]),
  'could not be started': failedBy('ESP_SPAWN', 'ENOENT'),
  'does not fit the command': failedBy('ESP_INVALID', 'no field "name"'),
  'broke the protocol': failedBy('ESP_PROTOCOL', 'no {'),
  'said why itself': of('failed', [attempt('failed', 1, { error: { code: 'E_MODEL', message: 'no weights' } })]),
  'ended by a signal': of('failed', [signalled('SIGSEGV')]),
  'ended, and its worker said so': of('failed', [attempt('failed', 9, lost)]),
  'ended unseen, and its worker said so': of('failed', [attempt('failed', null, lost)]),
  'killed by the kernel': {
    ...of('failed', [signalled('SIGKILL')]),
    events: journal(
      { ...crash({ oomKills: 2, rssBytes: 2048 }), ctx: { job: 'r:0', attempt: 1 } },
      { ...crash({ rssBytes: 4096 }), ctx: { job: 'r:1', attempt: 1 } },
      { ...crash({ oomKills: 1 }), ctx: { job: 'r:0', attempt: 2 } },
      crash(),
    ),
  },
  'lost with its host': of('failed', [attempt('orphaned', null)]),
  'lost by its worker': of('failed', [attempt('lost', null)]),
  'lost once, which its run takes for a failure': of('failed', [attempt('lost', null)], {
    policy: { ...run.policy, onLost: 'fail' },
  }),
  'a call: succeeded': of('succeeded', [attempt('succeeded', null)], calls),
  'a call: failed': {
    ...of('failed', [called('failed', 'ValueError', 'no such word')], calls),
    events: journal(begun(1)),
  },
  'a call: failed without a word': of('failed', [attempt('failed', null)], calls),
  'a call: failed in two ways': of(
    'failed',
    [called('failed', 'ValueError', 'one'), called('failed', 'ValueError', 'two', { attempt: 2 })],
    calls,
  ),
  'a call: poisoned by its input': of('failed', thrice(called('failed', 'ValueError', 'no such word')), calls),
  'a call: different errors are no poison': of(
    'failed',
    [1, 2, 3].map((number) => called('failed', 'ValueError', `error ${number}`, { attempt: number })),
    calls,
  ),
  'a call: out of time': of('timed_out', [called('timed_out', 'ESP_TIMEOUT', 'not done within 50 ms')], calls),
  'a call: does not fit its method': of('failed', [called('failed', 'ESP_INVALID', 'no text', { ranMs: null })], calls),
  'a call: its result cannot be kept': of('failed', [called('failed', 'ESP_INVALID', 'its result: NaN')], calls),
  'a call: no worker ever': of('failed', [called('failed', 'ESP_WORKER_BOOT', 'no torch', { ranMs: null })], calls),
  'a call: its worker broke the protocol': of('failed', [called('failed', 'ESP_PROTOCOL', 'no {')], calls),
  'a call: lost with its worker, too often': {
    ...of('failed', thrice(lostCall), calls),
    events: journal(begun(1), begun(2), begun(3)),
  },
  'a call: lost with its worker, once': of('failed', [lostCall], callsOnce),
  'a call: lost with its host': of('failed', [attempt('orphaned', null)], callsOnce),
  'a call: runs': {
    ...of('running', [attempt('lost', null), attempt('running', null, { attempt: 2 })], calls),
    events: journal(begun(1), begun(2)),
  },
  'a call: claimed, and no worker has it': {
    ...of('running', [lostCall, attempt('running', null, { attempt: 2 })], calls),
    events: journal(begun(1)),
  },
  'a call: waits after it failed': of('queued', [called('failed', 'ValueError', 'no such word')], calls),
  pruned: of('skipped_pruned', []),
  cancelled: of('cancelled', [attempt('cancelled', null)]),
  'cancelled because another failed': of('cancelled', [], {
    ...failFast,
    failures: [
      { index: 3, status: 'cancelled', error: null },
      { index: 4, status: 'failed', error: { code: 'E', message: 'bad' } },
    ],
  }),
  'cancelled because another ran out of time': of('cancelled', [], {
    ...failFast,
    failures: [{ index: 4, status: 'timed_out', error: null }],
  }),
  'cancelled though nothing failed': of('cancelled', [], failFast),
  'cancelled in a run that does not fail fast': of('cancelled', [], {
    failures: [{ index: 4, status: 'failed', error: null }],
  }),
  'failed by itself, in a host that was killed afterwards': {
    ...of('failed', [attempt('failed', 2, { stderr: 'no credentials\n' })]),
    host: { ...host, presence: 'gone' },
  },
  'succeeded in a host whose disk was full afterwards': {
    ...of('succeeded', [attempt('succeeded', 0)]),
    host: { ...host, ended: 'stopped', endedAt: NOW },
    disk: { file: '/data/f.db', freeBytes: 0, trouble: null },
  },
  'lost with the host that had it': {
    ...of('failed', [attempt('orphaned', null)]),
    host: { ...host, presence: 'gone' },
  },
  running: {
    ...of('running', [attempt('running', null, { startedAt: NOW - 24_000 })]),
    events: journal(spawned(1)),
  },
  'running, and not spawned yet': {
    ...of('running', [attempt('failed', 1), attempt('running', null, { attempt: 2 })]),
    events: journal(spawned(1)),
  },
  'running without a limit, and nobody says since when': of('running', [], {
    policy: { ...run.policy, timeoutMs: null },
  }),
  'running again after a failure': of('running', [
    attempt('failed', 1, { stderr: 'oops' }),
    attempt('running', null, { attempt: 2 }),
  ]),
  'running again after its host died': of('running', [
    attempt('orphaned', null),
    attempt('running', null, { attempt: 2 }),
  ]),
  'running again after an interruption': of('running', [
    attempt('interrupted', null),
    attempt('running', null, { attempt: 2 }),
  ]),
  'running in a host that is gone': {
    ...of('running', [attempt('running', null)]),
    host: { ...host, presence: 'gone' },
  },
  'running in a host that is dead': {
    ...of('running', [attempt('running', null)]),
    host: { ...host, ended: 'dead', presence: 'unknown', endedAt: NOW },
  },
  'waiting for room': of('queued', []),
  'waiting for room in a larger run': of('queued', [], { executing: 2, policy: { ...run.policy, concurrency: 2 } }),
  'waiting for its turn': of('queued', [], { executing: 0 }),
  'waiting after failures': of('queued', [
    attempt('failed', 1),
    attempt('lost', null, { attempt: 2 }),
    attempt('timed_out', null, { attempt: 3 }),
  ]),
  'waiting in a paused run': of('queued', [], { status: 'paused' }),
  'waiting in a stopped run': of('queued', [], { status: 'stopped' }),
  'waiting in an interrupted run': of('queued', [], { status: 'interrupted' }),
  'waiting in a run that was never started': of('queued', [], { status: 'created' }),
  'waiting in a completed run': of('queued', [], { status: 'completed' }),
  'waiting while its host is gone': { ...of('queued', []), host: { ...host, presence: 'gone' } },
  'waiting after its host died': of('queued', [attempt('orphaned', null)]),
  'without its run': { ...of('queued', []), run: null },
};
