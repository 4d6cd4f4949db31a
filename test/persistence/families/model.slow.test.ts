import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JobId, slotJobId } from '../../../src/machines/ids/job-id.js';
import { planRun } from '../../../src/persistence/families/runs/plan.js';
import { findRun } from '../../../src/persistence/families/runs/records.js';
import { slotRows } from '../../../src/persistence/families/runs/rows.js';
import { connectWriter } from '../../../src/persistence/file/connect.js';
import type { Connection } from '../../../src/persistence/sql/connection.js';
import { runGroup } from '../../../src/persistence/writer/group.js';
import type { OperationCall } from '../../../src/persistence/writer/operations.js';
import { type Outcome, Reference, type Ruling } from '../support/reference.js';
import { IDENTITY, newFile, POLICY, slotClaim } from '../support/world.js';

const SLOTS = 4;

/** Something that a host, or the world, does; `which` counts executions since the beginning. */
type Step =
  | { readonly do: 'register' | 'reopen' | 'acquire' | 'pause' | 'end'; readonly host: string }
  | { readonly do: 'claim'; readonly host: string; readonly index: number }
  | { readonly do: 'live' | 'gone'; readonly which: number }
  | { readonly do: 'release'; readonly host: string; readonly which: number }
  | {
      readonly do: 'finish';
      readonly host: string;
      readonly which: number;
      readonly outcome: Outcome;
      readonly requeue: boolean;
      readonly lost: boolean;
    }
  | { readonly do: 'commit'; readonly host: string; readonly indexes: readonly number[]; readonly as: Ruling }
  | { readonly do: 'fence'; readonly host: string; readonly by: string };

const host = fc.constantFrom('a', 'a', 'a', 'b', 'c');
const which = fc.nat({ max: 12 });
const index = fc.nat({ max: SLOTS });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('register', 'reopen', 'acquire', 'pause', 'end'), host }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('claim'), host, index }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('live', 'gone'), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release'), host, which }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('finish'),
      host,
      which,
      outcome: fc.constantFrom('succeeded', 'failed', 'timed_out', 'cancelled'),
      requeue: fc.boolean(),
      lost: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('commit'),
      host,
      indexes: fc.array(index, { maxLength: 3 }),
      as: fc.constantFrom(null, null, 'cancelled', 'skipped_pruned'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fence'), host, by: fc.constantFrom('a', 'b', 'c', 'nobody') }) },
);

/** An execution as the store gave it out. */
interface Given {
  readonly jobId: JobId;
  readonly epoch: number;
  readonly attempt: number;
  readonly spawnId: string;
  readonly owner: string;
}

const NO_EXECUTION: Given = { jobId: slotJobId('run', 0), epoch: 99, attempt: 99, spawnId: 'none', owner: 'a' };

/** What a step asks of the store, or null where it names an execution that never was. */
function call(step: Step, given: readonly Given[], spawnId: string): OperationCall | null {
  const run = 'run';
  switch (step.do) {
    case 'register':
      return {
        name: 'hosts.register',
        args: { runId: step.host, name: 'n', identity: IDENTITY, node: 'v', version: '0' },
      };
    case 'reopen':
      return { name: 'runs.reopenFailed', args: { run, owner: step.host } };
    case 'acquire':
      return { name: 'runs.acquire', args: { run, owner: step.host } };
    case 'pause':
      return { name: 'runs.setStatus', args: { run, owner: step.host, from: ['running'], to: 'paused', reason: null } };
    case 'end':
      return { name: 'hosts.end', args: { runId: step.host } };
    case 'claim': {
      const claim = slotClaim(step.index, spawnId);
      return { name: 'attempts.claim', args: { owner: step.host, claims: [claim] } };
    }
    case 'live': {
      const at = given[step.which];
      if (at === undefined) return null;
      const ref = { actor: at.owner, runId: at.owner, spawnId: at.spawnId };
      return { name: 'processes.live', args: { ...ref, identity: IDENTITY, generation: 1 } };
    }
    case 'gone': {
      const at = given[step.which];
      if (at === undefined) return null;
      return { name: 'processes.gone', args: { actor: null, runId: at.owner, spawnId: at.spawnId, exit: null } };
    }
    case 'release': {
      const at = given[step.which] ?? NO_EXECUTION;
      return { name: 'attempts.release', args: { owner: step.host, claims: [at] } };
    }
    case 'finish': {
      const at = given[step.which] ?? NO_EXECUTION;
      const { outcome, requeue, lost } = step;
      const end = { exit: null, durationMs: 1, result: null, error: null, outcome, requeue, lost };
      return { name: 'attempts.finish', args: { owner: step.host, attempt: { ...at, ...end } } };
    }
    case 'commit':
      return { name: 'runs.commit', args: { run, owner: step.host, indexes: step.indexes, as: step.as } };
    case 'fence':
      return { name: 'hosts.fence', args: { runId: step.host, by: step.by } };
    default:
      return step satisfies never;
  }
}

function expected(step: Step, reference: Reference): unknown {
  switch (step.do) {
    case 'claim':
      return reference.claim(step.host, step.index);
    case 'live':
      return reference.live(step.which);
    case 'gone':
      return reference.gone(step.which);
    case 'release':
      return reference.release(step.host, step.which);
    case 'finish':
      return reference.finish(step.host, step.which, step.outcome, step.requeue, step.lost);
    case 'commit':
      return reference.commit(step.host, step.indexes, step.as);
    case 'fence':
      return reference.fence(step.host, step.by);
    default:
      return reference[step.do](step.host);
  }
}

/** The part of an answer that the reference speaks of. */
function answered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => {
      if (typeof one === 'string') return one;
      const { epoch, attempt, endedBefore, lossesBefore } = one;
      return { epoch, attempt, endedBefore, lossesBefore };
    });
  }
  return typeof value === 'object' && value !== null && 'ok' in value ? value.ok : value;
}

function view(db: Connection) {
  const record = findRun(db, { run: 'run' });
  const rows = slotRows(db, { run: 'run', from: 0, limit: 100 });
  const { owner, status, counts, position } = record ?? { counts: {} };
  const committed = Object.values(counts).reduce((sum, count) => sum + count, 0);
  expect(committed).toBe(rows.length);
  expect(new Set(rows.map((row) => row.position)).size).toBe(rows.length);
  expect(Math.max(0, ...rows.map((row) => row.position))).toBeLessThanOrEqual(position ?? -1);
  return {
    owner,
    status,
    plan: planRun(db, { run: 'run' }).join(''),
    rows: rows.map(({ row }) => ({ index: row.index, status: row.status, attempts: row.attempts })),
  };
}

function begin(db: Connection, file: string, onLost: 'retry' | 'fail'): void {
  const calls: OperationCall[] = [
    { name: 'hosts.register', args: { runId: 'a', name: 'n', identity: IDENTITY, node: 'v', version: '0' } },
    {
      name: 'runs.create',
      args: {
        run: 'run',
        name: null,
        pool: '/p',
        policy: JSON.stringify({ ...POLICY, onLost }),
        origin: 'null',
        owner: 'a',
      },
    },
    { name: 'runs.addSlots', args: { run: 'run', inputs: Array.from({ length: SLOTS }, () => 'null') } },
    { name: 'runs.start', args: { run: 'run', owner: 'a' } },
  ];
  expect(runGroup(db, calls, 1, file).outcomes.every(({ ok }) => ok)).toBe(true);
}

/** Plays steps, one group each, against a store of its own and the reference. */
function play(file: string, onLost: 'retry' | 'fail', steps: readonly Step[]): void {
  const db = connectWriter(file, { known: false, synchronous: 'normal', busyTimeoutMs: 100 }, 1);
  try {
    begin(db, file, onLost);
    const reference = new Reference('a', SLOTS, onLost);
    const given: Given[] = [];
    for (const [number, step] of steps.entries()) {
      const spawnId = `s${number}`;
      const made = call(step, given, spawnId);
      const wanted = expected(step, reference);
      if (made === null) continue;
      const [outcome] = runGroup(db, [made], 2, file).outcomes;
      const got = outcome?.ok
        ? answered(outcome.value)
        : outcome?.error.ours
          ? outcome.error.code
          : outcome?.error.message;
      expect(got).toEqual(wanted);
      expect(view(db)).toEqual(reference.view());
      if (step.do !== 'claim' || !outcome?.ok || !Array.isArray(outcome.value)) continue;
      for (const { jobId, epoch, attempt } of outcome.value) {
        given.push({ jobId, epoch, attempt, spawnId, owner: step.host });
      }
    }
  } finally {
    db.close();
    rmSync(file, { force: true });
  }
}

describe('any sequence of claims, ends, releases, commits and fences', () => {
  it('does to a store what it does to the reference', { timeout: 120_000 }, () => {
    const file = newFile();
    const property = fc.property(fc.constantFrom('retry', 'fail'), fc.array(step, { maxLength: 60 }), (onLost, steps) =>
      play(file, onLost, steps),
    );
    fc.assert(property, { numRuns: 300, seed: 42 });
  });
});
