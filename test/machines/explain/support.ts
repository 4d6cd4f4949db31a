import type { JournalEvent, NewJournalEvent, WorkerCrash } from '../../../src/machines/events.js';
import { explainFacts } from '../../../src/machines/explain/explain.js';
import type { Facts, HostFact, RunFact, SlotFact } from '../../../src/machines/explain/findings/facts.js';
import type { AttemptRecord } from '../../../src/machines/work/attempt.js';

export const NOW = 1_000_000_000;

export const host: HostFact = {
  runId: 'h',
  pid: 7,
  startedAt: NOW - 7_200_000,
  heartbeatAt: NOW,
  endedAt: null,
  ended: null,
  presence: 'living',
};

/** Events as a journal holds them, 100 ms apart, the last one just now. */
export function journal(...events: readonly NewJournalEvent[]): JournalEvent[] {
  return events.map((event, index) => ({
    ...event,
    seq: index + 1,
    runId: 'h',
    at: NOW - 100 * (events.length - index),
  }));
}

/** The same, all of them so much earlier. */
export function earlier(ms: number, events: readonly JournalEvent[]): JournalEvent[] {
  return events.map((event) => ({ ...event, at: event.at - ms }));
}

/** Facts about the actor `/p`, unless told otherwise. */
export function facts(events: readonly JournalEvent[], more: Partial<Facts> = {}): Facts {
  const target = { kind: 'actor', path: '/p' } as const;
  const nothing = { actors: [], processes: [], run: null, slot: null, job: null, disk: null, partial: false };
  return { target, now: NOW, host, events, ...nothing, ...more };
}

export function explain(events: readonly JournalEvent[], more: Partial<Facts> = {}) {
  return explainFacts(facts(events, more));
}

export function crash(more: Partial<WorkerCrash> = {}, seat = '1'): NewJournalEvent {
  const data: WorkerCrash = {
    spawnId: '1',
    pid: 5,
    cause: 'exited',
    code: 7,
    signal: null,
    error: null,
    served: true,
    stderr: 'oh no',
    rssBytes: null,
    oomKills: 0,
    ...more,
  };
  return { type: 'worker.crashed', path: `/p/workers/${seat}/worker`, data };
}

export const ready: NewJournalEvent = {
  type: 'worker.ready',
  path: '/p/workers/1/worker',
  data: { pid: 5, bootMs: 9 },
};

export const closed: NewJournalEvent = {
  type: 'worker.failed',
  path: '/p/workers/1',
  data: { error: { code: 'ESP_WORKER_BOOT', message: 'm' }, boots: 5, stderr: '' },
};

export const degraded: NewJournalEvent = { type: 'pool.degraded', path: '/p', data: { usable: 0, size: 1 } };

export const run: RunFact = {
  run: 'r',
  status: 'running',
  wish: null,
  pool: '/p',
  policy: { concurrency: 1, retries: 2, timeoutMs: 50, onLost: 'retry', failFast: false, reorderWindow: 9 },
  total: 3,
  counts: { succeeded: 2, failed: 0, timed_out: 0, cancelled: 0, skipped_pruned: 0 },
  updatedAt: NOW - 4000,
  executing: 1,
  failures: [],
};

export function attempt(
  state: AttemptRecord['state'],
  code: number | null,
  more: Partial<AttemptRecord> = {},
): AttemptRecord {
  return {
    attempt: 1,
    state,
    exit: code === null ? null : { code, signal: null },
    error: null,
    startedAt: NOW - 10,
    endedAt: state === 'running' ? null : NOW,
    ranMs: state === 'running' || state === 'orphaned' || state === 'lost' ? null : 7,
    stderr: '',
    truncated: false,
    heldOpen: false,
    ...more,
  };
}

export function slot(state: SlotFact['state'], attempts: readonly AttemptRecord[]): SlotFact {
  return { jobId: 'r:0', state, input: '"x"', attempts };
}
