import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import { eventBatch } from '../../../src/persistence/families/journal/batch.js';
import { connectWriter } from '../../../src/persistence/file/connect.js';
import { Connection } from '../../../src/persistence/sql/connection.js';
import { runGroup } from '../../../src/persistence/writer/group.js';
import type { OperationCall } from '../../../src/persistence/writer/operations.js';
import { IDENTITY, newFile, POLICY, slotClaim } from '../support/world.js';
import { newJob as job, jobNumber } from './jobs/world.js';
import { newSpec } from './schedules/world.js';

/** Every statement that some operations run, with its values. */
function statements(operations: readonly OperationCall[]): { db: Database.Database; run: ReadonlySet<string> } {
  const file = newFile();
  connectWriter(file, { known: false, synchronous: 'full', busyTimeoutMs: 100 }, 1).close();
  const run = new Set<string>();
  const db = new Database(file, { verbose: (sql) => void run.add(String(sql)) });
  onTestFinished(() => void db.close());
  const connection = new Connection(db);
  for (const operation of operations) {
    expect(runGroup(connection, [operation], 2, file).outcomes).toMatchObject([{ ok: true }]);
  }
  return { db, run };
}

const claim = (index: number) => slotClaim(index, `s${index}`, 'r');
const first = (index: number) => ({ jobId: slotJobId('r', index), epoch: 1, attempt: 1 });
const output = { stdout: Buffer.alloc(700_000), stderr: Buffer.from('e'), dropped: false };
const finish = (index: number, requeue: boolean): OperationCall => {
  const end = {
    outcome: 'failed',
    exit: { code: 1, signal: null },
    output,
    durationMs: 1,
    requeue,
    result: null,
    error: null,
  };
  return { name: 'attempts.finish', args: { owner: 'h', attempt: { ...first(index), ...end, outcome: 'failed' } } };
};
const live = (spawnId: string): OperationCall => ({
  name: 'processes.live',
  args: { actor: 'h', runId: 'h', spawnId, identity: IDENTITY, generation: 1 },
});
const register = (runId: string): OperationCall => ({
  name: 'hosts.register',
  args: { runId, name: 'n', identity: IDENTITY, node: 'v', version: '0' },
});
const snapshot = {
  runId: 'h',
  path: '/a',
  kind: 'observed',
  incarnation: 1,
  role: 'r',
  state: '1',
  detail: '1',
} as const;
const methods = [{ name: 'do', version: '1' }];
const rate = { count: 1, perMs: 1, burst: 9 };
const key = { key: 'k', digest: 'd', ever: false };
const jobEnd = {
  ...{ jobId: jobNumber(2), epoch: 2, attempt: 1, exit: null, durationMs: 1 },
  ...{ result: null, error: null, how: 'failed' as const },
};
const asked = { id: 'go', question: '1', suspends: true };
const schedule = { by: '', name: 's', spec: JSON.stringify(newSpec({ overlap: 'queue' })), cursor: 0, nextAt: 1 };
const instants = { newest: [1, 2], earlier: null, next: 3 };
const jobIds = [jobNumber(8), jobNumber(9)];
const chunk = { owner: 'h', ...first(2), chunk: output };

/** A life of a run, from its creation to the death of its host. */
const LIFE: readonly OperationCall[] = [
  register('h'),
  register('i'),
  { name: 'hosts.heartbeat', args: { runId: 'h' } },
  {
    name: 'runs.create',
    args: { run: 'r', name: null, pool: '/p', policy: JSON.stringify(POLICY), origin: '1', owner: 'h' },
  },
  { name: 'runs.addSlots', args: { run: 'r', inputs: ['1', '2', '3', '4'] } },
  { name: 'runs.start', args: { run: 'r', owner: 'h' } },
  { name: 'attempts.claim', args: { owner: 'h', claims: [0, 1, 2, 3].map(claim) } },
  { name: 'attempts.release', args: { owner: 'h', claims: [first(3)] } },
  { name: 'limits.set', args: { by: '', name: 'l', settings: { concurrency: 1, rate } } },
  { name: 'queues.serve', args: { owner: 'h', queue: 'q', path: '/p', methods } },
  { name: 'jobs.submit', args: { by: 'h', jobs: [job(1, { key, limits: ['l'], notBefore: 3 })] } },
  { name: 'jobs.submit', args: { by: 'h', jobs: [job(2, { limits: ['l'], deadline: 9 }), job(3, { method: 'x' })] } },
  { name: 'jobs.submit', args: { by: 'h', jobs: [job(4, { after: [jobNumber(2)], parent: jobNumber(3) })] } },
  { name: 'jobs.claim', args: { owner: 'h', queue: 'q', methods, count: 3, processes: [] } },
  { name: 'jobs.prioritise', args: { by: '', jobId: jobNumber(3), priority: 1 } },
  { name: 'jobs.setBudget', args: { by: '', jobId: jobNumber(3), budget: { usd: 9 } } },
  {
    name: 'jobs.spend',
    args: { owner: 'h', attempt: { jobId: jobNumber(2), epoch: 1, attempt: 1 }, amounts: { usd: 1 } },
  },
  { name: 'jobs.tick', args: { owner: 'h' } },
  { name: 'jobs.release', args: { owner: 'h', claims: [{ jobId: jobNumber(2), epoch: 1, attempt: 1 }] } },
  { name: 'jobs.claim', args: { owner: 'h', queue: 'q', methods, count: 3, processes: [] } },
  { name: 'jobs.ask', args: { by: '', asked: { ...asked, jobId: jobNumber(2), attempt: 1 } } },
  { name: 'jobs.waitFor', args: { by: '', wait: { jobId: jobNumber(2), attempt: 1, jobs: [jobNumber(3)] } } },
  { name: 'jobs.note', args: { owner: 'h', attempt: jobEnd, note: { progress: '{}', checkpoint: '1' } } },
  { name: 'jobs.finish', args: { owner: 'h', random: 0, attempt: { ...jobEnd, how: 'suspended' } } },
  { name: 'jobs.answer', args: { by: '', jobId: jobNumber(2), id: 'go', answer: '1' } },
  { name: 'jobs.cancel', args: { by: '', jobId: jobNumber(3), reason: null } },
  { name: 'queues.pause', args: { by: '', queue: 'q' } },
  { name: 'queues.resume', args: { by: '', queue: 'q' } },
  { name: 'queues.leave', args: { owner: 'h', queue: 'q', path: '/p' } },
  { name: 'schedules.set', args: { ...schedule, revision: null } },
  { name: 'schedules.set', args: { ...schedule, spec: JSON.stringify(newSpec()), revision: 1 } },
  {
    name: 'schedules.tick',
    args: { owner: 'h', due: [{ name: 's', revision: 2, cursor: 0, due: instants, jobIds }], now: 2 },
  },
  { name: 'schedules.runNow', args: { by: '', name: 's', jobId: jobNumber(7) } },
  { name: 'schedules.pause', args: { by: '', name: 's' } },
  {
    name: 'schedules.resume',
    args: { by: '', name: 's', revision: 3, passed: { since: 3, at: 4, count: null }, nextAt: 5 },
  },
  { name: 'schedules.remove', args: { by: '', name: 's' } },
  live('s0'),
  live('s1'),
  { name: 'outputs.append', args: chunk },
  { name: 'logs.append', args: { runId: 'h', path: '/w', incarnation: 1, chunk: output } },
  { name: 'outputs.append', args: chunk },
  finish(0, false),
  finish(1, true),
  { name: 'runs.commit', args: { run: 'r', owner: 'h', indexes: [0], as: null } },
  { name: 'runs.commit', args: { run: 'r', owner: 'h', indexes: [3], as: 'cancelled' } },
  { name: 'runs.wish', args: { run: 'r', wish: 'pause' } },
  { name: 'runs.setStatus', args: { run: 'r', owner: 'h', from: ['running'], to: 'paused', reason: null } },
  { name: 'processes.suspect', args: { actor: 'h', runId: 'h', spawnId: 's2', reason: 'x' } },
  { name: 'processes.gone', args: { actor: 'h', runId: 'h', spawnId: 's2', exit: null } },
  { name: 'snapshots.put', args: snapshot },
  { name: 'snapshots.put', args: { ...snapshot, kind: 'snapshot' } },
  { name: 'snapshots.adopt', args: { runId: 'h', path: '/a' } },
  { name: 'snapshots.quarantine', args: { runId: 'h', path: '/a', reason: 'x' } },
  { name: 'snapshots.remove', args: { runId: 'h', path: '/a' } },
  { name: 'retention.jobs', args: { outcome: 'failed', keptMs: -1, after: 0 } },
  { name: 'retention.jobs', args: { outcome: 'cancelled', keptMs: -1, after: 0 } },
  { name: 'hosts.fence', args: { runId: 'h', by: 'i' } },
  { name: 'runs.acquire', args: { run: 'r', owner: 'i' } },
  { name: 'runs.setStatus', args: { run: 'r', owner: 'i', from: ['running'], to: 'stopped', reason: null } },
  { name: 'hosts.end', args: { runId: 'i' } },
  { name: 'retention.markOldRuns', args: { keptMs: -1 } },
  { name: 'retention.slots', args: { most: 9 } },
  { name: 'retention.journal', args: { keptMs: -1, bytes: 1 } },
  { name: 'retention.processes', args: { keptMs: -1, after: { runId: '', spawnId: '' } } },
  { name: 'retention.space', args: { most: 1 } },
];

describe('the statements of every operation', () => {
  it('find their rows by index: none reads a table from end to end', () => {
    const { db, run } = statements(LIFE);
    const explained = [...run].filter((sql) => /^(SELECT|UPDATE|DELETE|INSERT|WITH)/.test(sql));
    expect(explained.length).toBeGreaterThan(30);
    const scans = explained.flatMap((sql) => {
      const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all();
      // What is read step by step has no index, and needs none.
      const names = [...sql.matchAll(/WITH RECURSIVE (\w+)/g)].map(([, name]) => name ?? '');
      const aliases = names.flatMap((name) => [...sql.matchAll(new RegExp(`\\b${name} (\\w)\\b`, 'g'))]);
      const steps = [...names, ...aliases.map(([, alias]) => alias)].map((name) => `SCAN ${name}`);
      return plan
        .filter(({ detail }) => detail.startsWith('SCAN') && detail !== 'SCAN CONSTANT ROW' && !steps.includes(detail))
        .map(({ detail }) => `${detail}: ${sql.slice(0, 200)}`);
    });
    expect(scans).toEqual([]);
  });
});

describe('a batch of events', () => {
  it('moves its cursor over what its types leave out, so that nothing is read twice', () => {
    const { db } = statements([register('h')]);
    const connection = new Connection(db);
    expect(eventBatch(connection, { after: 0, types: ['pool.ready'], limit: 10 })).toEqual({
      events: [],
      cursor: 1,
      more: false,
      floor: 0,
    });
  });
});
