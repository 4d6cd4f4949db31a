import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import { connectWriter } from '../../../src/persistence/file/connect.js';
import { runGroup } from '../../../src/persistence/writer/group.js';
import type { OperationCall } from '../../../src/persistence/writer/operations.js';
import { IDENTITY, newFile, POLICY } from '../support/world.js';

const SLOTS = 3000;
/** As long as what is made where a host starts and where a run does. */
const [HOST, RUN] = ['mcl2f3ab-0123456789abcdef', 'mcl2f3ab-fedcba9876543210'];

const ref = (spawnId: string) => ({ actor: HOST, runId: HOST, spawnId });

/** What the dispatcher and the committer of a run write of one slot. */
function life(index: number): readonly OperationCall[] {
  const jobId = slotJobId(RUN, index);
  const spawnId = `s${index.toString(36)}`;
  const output = { stdout: Buffer.from(`result of ${index}\n`), stderr: Buffer.of(), dropped: false };
  const end = { exit: { code: 0, signal: null }, durationMs: 12, outcome: 'succeeded', requeue: false } as const;
  const attempt = { jobId, epoch: 1, attempt: 1, ...end, output, heldOpen: false, result: null, error: null };
  const worker = { path: `/pool/workers/${index}/worker`, incarnation: 1, command: ['wc', '-c', `file-${index}.txt`] };
  return [
    { name: 'attempts.claim', args: { owner: HOST, claims: [{ jobId, process: { spawnId, path: '/pool' } }] } },
    { name: 'processes.live', args: { ...ref(spawnId), identity: IDENTITY, generation: 1, worker } },
    { name: 'attempts.finish', args: { owner: HOST, attempt } },
    { name: 'runs.commit', args: { run: RUN, owner: HOST, indexes: [index], as: null } },
  ];
}

it('a slot takes at most 1500 bytes of the store, its events and all indexes included', () => {
  const file = newFile();
  const db = connectWriter(file, { known: false, synchronous: 'normal', busyTimeoutMs: 100 }, 1);
  const head = { run: RUN, name: null, pool: '/pool', policy: JSON.stringify(POLICY), origin: '1', owner: HOST };
  const inputs = Array.from({ length: SLOTS }, (_, index) => JSON.stringify(`file-${index}.txt`));
  const begin: OperationCall[] = [
    {
      name: 'hosts.register',
      args: {
        runId: HOST,
        name: 'n',
        identity: { ...IDENTITY, bootId: '3b0b6f0c-6a5e-4c8e-9a43-0d3f3d2f6c11' },
        node: 'v',
        version: '0',
      },
    },
    { name: 'runs.create', args: head },
    { name: 'runs.addSlots', args: { run: RUN, inputs } },
    { name: 'runs.start', args: { run: RUN, owner: HOST } },
  ];
  for (const calls of [begin, inputs.flatMap((_, index) => life(index))]) {
    expect(runGroup(db, calls, 1_700_000_000_000, file).outcomes.every(({ ok }) => ok)).toBe(true);
  }
  db.close();
  const whole = new Database(file);
  whole.pragma('wal_checkpoint(TRUNCATE)');
  whole.close();
  const perSlot = statSync(file).size / SLOTS;
  expect(perSlot).toBeLessThan(1500);
  // Measured: what is here is what is written, and not next to nothing.
  expect(perSlot).toBeGreaterThan(500);
});
