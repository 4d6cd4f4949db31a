import { describe, expect, it } from 'vitest';
import type { JournalEvent, NewJournalEvent } from '../../../src/machines/events.js';
import type { Facts, RunFact, SlotFact } from '../../../src/machines/explain/findings/facts.js';
import type { AttemptRecord } from '../../../src/machines/work/attempt.js';
import { attempt, closed, crash, degraded, explain, host, journal, ready, run, slot } from './support.js';

const causes = (events: readonly JournalEvent[], more: Partial<Facts> = {}) =>
  explain(events, more).findings.map(({ cause }) => cause);

describe('the end of a worker', () => {
  it.each([
    ['nonzero_exit', {}],
    ['killed', { code: null, signal: 'SIGSEGV' }],
    ['killed', { code: null, signal: 'SIGKILL' }],
    ['memory', { code: null, signal: 'SIGKILL', oomKills: 1 }],
    ['memory', { code: 1, stderr: 'Traceback\nMemoryError\n' }],
    ['memory', { code: null, signal: 'SIGABRT', stderr: 'FATAL ERROR: JavaScript heap out of memory' }],
    ['protocol_error', { cause: 'protocol_error', error: { code: 'ESP_PROTOCOL', message: 'no {' } }],
    ['unresponsive', { cause: 'protocol_error', error: { code: 'ESP_TIMEOUT', message: '3 checks failed' } }],
    ['unresponsive', { cause: 'unresponsive', error: { code: 'ESP_WORKER_EXITED', message: 'silent' } }],
    ['unresponsive', { cause: 'boot_timeout', served: false }],
    ['spawn_failure', { cause: 'spawn_failed', error: { code: 'ESP_SPAWN', message: 'EAGAIN' } }],
  ] as const)('is named %s by what it shows', (cause, shown) => {
    expect(causes(journal(crash(shown)))[0]).toBe(cause);
  });

  it('is a loop from the third time on, and a boot failure when it was never ready', () => {
    const three = [1, 2, 3];
    expect(causes(journal(crash(), crash()))[0]).toBe('nonzero_exit');
    expect(causes(journal(...three.map(() => crash())))[0]).toBe('crash_loop');
    expect(causes(journal(...three.map(() => crash({ served: false }))))[0]).toBe('boot_failure');
    expect(causes(journal(crash({ served: false }), closed))[0]).toBe('boot_failure');
  });

  it('comes before what follows from it, and quotes its last words', () => {
    const { findings } = explain(journal(crash({ served: false, stderr: 'no model\n' }), closed, degraded));
    expect(findings.map(({ cause }) => cause)).toEqual(['boot_failure', 'degraded']);
    expect(findings[0].sentences.join(' ')).toContain('"no model"');
    expect(findings[0].evidence.map(({ seq }) => seq)).toEqual([1]);
  });

  it('is still told when it is over, until it is old: then that all is well comes first', () => {
    expect(explain(journal(crash(), ready)).findings[0]).toMatchObject({ cause: 'nonzero_exit', standing: false });
    const old = journal(crash(), ready).map((event) => ({ ...event, at: event.at - 3_600_000 }));
    expect(causes(old)).toEqual(['running', 'nonzero_exit']);
  });

  it('of many seats that end alike is told once', () => {
    const second = { ...crash(), path: '/p/workers/2/worker' };
    const { findings } = explain(journal(crash(), second));
    expect(findings.filter(({ cause }) => cause === 'nonzero_exit')).toHaveLength(1);
    expect(findings[0].sentences).toContain('So did 1 more seat of /p.');
  });
});

describe('a chain', () => {
  it('leads from a full disk over a dead host to a lost attempt', () => {
    const trouble = { host: 'h', error: { code: 'ESP_STORE_FULL', message: 'full' }, writes: 3, from: 1, to: 2 };
    const gone = { ...host, presence: 'gone' } as const;
    const found = causes([], {
      host: gone,
      disk: { file: 'f.db', freeBytes: 0, trouble },
      target: { kind: 'slot', run: 'r', index: 0 },
      run,
      slot: slot('running', [attempt('running', null)]),
    });
    expect(found).toEqual(['full_disk', 'lost_host', 'lost_host']);
  });

  it('names the sibling that a strategy takes along, and what made a supervisor give up', () => {
    const along: NewJournalEvent = { type: 'actor.restarted', path: '/p', data: { reason: 'with /q', restarts: 1 } };
    const culprit: NewJournalEvent = {
      type: 'actor.crashed',
      path: '/q',
      data: { error: { code: 'E', message: 'bad' } },
    };
    const again: NewJournalEvent = { type: 'actor.restarted', path: '/q', data: { reason: 'crash', restarts: 1 } };
    expect(causes(journal(culprit, again, along))).toEqual(['sibling_crash', 'actor_crash', 'running']);
    const up: NewJournalEvent = {
      type: 'supervisor.escalated',
      path: '/',
      data: { reason: 'crash: E: bad', intensity: 3, periodMs: 5000 },
    };
    expect(causes(journal(culprit, up))).toEqual(['actor_crash', 'escalation']);
  });
});

describe('a slot', () => {
  const cause = (state: SlotFact['state'], attempts: readonly AttemptRecord[], more: Partial<RunFact> = {}) =>
    causes([], {
      target: { kind: 'slot', run: 'r', index: 0 },
      run: { ...run, ...more },
      slot: slot(state, attempts),
    })[0];
  const invalid = { error: { code: 'ESP_INVALID', message: 'no field' } };

  it.each([
    ['succeeded', 'succeeded', [attempt('succeeded', 0)]],
    ['nonzero_exit', 'failed', [attempt('failed', 1)]],
    ['nonzero_exit', 'failed', [attempt('failed', 1), attempt('failed', 1)]],
    ['poisoned_input', 'failed', [attempt('failed', 1), attempt('failed', 1), attempt('failed', 1)]],
    ['nonzero_exit', 'failed', [attempt('failed', 2), attempt('failed', 1)]],
    ['timeout', 'timed_out', [attempt('timed_out', null)]],
    ['timeout', 'timed_out', [attempt('timed_out', null), attempt('timed_out', null)]],
    ['poisoned_input', 'timed_out', [1, 2, 3].map(() => attempt('timed_out', null))],
    ['lost_host', 'failed', [attempt('orphaned', null)]],
    ['lost_worker', 'failed', [attempt('lost', null)]],
    ['bad_input', 'failed', [attempt('failed', null, invalid)]],
    ['memory', 'failed', [attempt('failed', 1, { stderr: 'std::bad_alloc' })]],
    ['running', 'running', [attempt('running', null)]],
    ['waiting', 'queued', []],
    ['pruned', 'skipped_pruned', []],
    ['stopped', 'cancelled', []],
  ] as const)('is named %s', (expected, state, attempts) => {
    expect(cause(state, attempts)).toBe(expected);
  });

  it('whose like all failed has no poisoned input: it is the command', () => {
    const none = { counts: { ...run.counts, succeeded: 0 } };
    const three = [1, 2, 3].map(() => attempt('failed', 1));
    expect(cause('failed', three, none)).toBe('nonzero_exit');
  });

  it('that failed by itself did so, whatever became of the host that went on with its run', () => {
    const gone = { host: { ...host, presence: 'gone' } } as const;
    const target = { kind: 'slot', run: 'r', index: 0 } as const;
    const why = (attempts: readonly AttemptRecord[]) =>
      causes([], { ...gone, target, run, slot: slot('failed', attempts) });
    expect(why([attempt('failed', 2)])).toEqual(['nonzero_exit']);
    expect(why([attempt('orphaned', null)])).toEqual(['lost_host', 'lost_host']);
  });

  it.each(['paused', 'stopped', 'interrupted'] as const)('of a run that is %s waits for that', (status) => {
    expect(cause('queued', [], { status })).toBe(status);
  });

  it('that fail-fast cancelled names the slot that failed first', () => {
    const failures = [{ index: 4, status: 'failed', error: null }] as const;
    const policy = { ...run.policy, failFast: true };
    expect(cause('cancelled', [], { policy, failures })).toBe('fail_fast');
  });
});
