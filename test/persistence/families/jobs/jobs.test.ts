import { describe, expect, it } from 'vitest';
import { parseJobId } from '../../../../src/machines/ids/job-id.js';
import { eventBatch } from '../../../../src/persistence/families/journal/batch.js';
import { connectWriter } from '../../../../src/persistence/file/connect.js';
import { parseEvent } from '../../../../src/persistence/forms/event.js';
import { runGroup } from '../../../../src/persistence/writer/group.js';
import type { OperationCall } from '../../../../src/persistence/writer/operations.js';
import { IDENTITY, newFile, POLICY } from '../../support/world.js';

const JOB = parseJobId('job-lx2m-0123456789abcdef');
const register = (runId: string): OperationCall => ({
  name: 'hosts.register',
  args: { runId, name: 'n', identity: IDENTITY, node: 'v', version: '0' },
});
const claim = (owner: string): OperationCall => ({
  name: 'attempts.claim',
  args: { owner, claims: [{ jobId: JOB, process: null }] },
});
const finish = (owner: string, epoch: number, requeue = false): OperationCall => {
  const end = { outcome: 'succeeded', exit: null, durationMs: 1, requeue, result: '42', error: null } as const;
  return { name: 'attempts.finish', args: { owner, attempt: { jobId: JOB, epoch, attempt: epoch, ...end } } };
};
const append = (owner: string, epoch: number): OperationCall => ({
  name: 'outputs.append',
  args: {
    owner,
    jobId: JOB,
    epoch,
    attempt: epoch,
    chunk: { stdout: Buffer.from('said'), stderr: Buffer.of(), dropped: false },
  },
});

/** A store with two hosts and a job that belongs to no run. */
function begin() {
  const file = newFile();
  const db = connectWriter(file, { known: false, synchronous: 'normal', busyTimeoutMs: 100 }, 1);
  /** What an operation answers, or the code of what it throws. */
  const play = (call: OperationCall): unknown => {
    const [outcome] = runGroup(db, [call], 2, file).outcomes;
    if (outcome?.ok) return outcome.value;
    return outcome?.error.ours ? outcome.error.code : outcome?.error.message;
  };
  for (const runId of ['a', 'b']) play(register(runId));
  play({ name: 'jobs.add', args: { owner: 'a', jobId: JOB, input: '{"x":1}' } });
  const told = () =>
    eventBatch(db, { after: 2, types: null, limit: 100 }).events.map((row) => {
      const { type, ctx, data } = parseEvent(row);
      return { type, ctx, data };
    });
  return { db, play, told };
}

describe('a job that belongs to no run', () => {
  it('is stored once, by its id', () => {
    const { play } = begin();
    expect(play({ name: 'jobs.add', args: { owner: 'a', jobId: JOB, input: '1' } })).toBe('ESP_CONFLICT');
    const slot = parseJobId('run:1');
    expect(play({ name: 'jobs.add', args: { owner: 'a', jobId: slot, input: '1' } })).toBe('ESP_INVALID');
  });

  it('is claimed by any host, with neither run nor process, and runs to its end', () => {
    const { play, told } = begin();
    expect(play(claim('b'))).toEqual([
      { jobId: JOB, epoch: 1, attempt: 1, spawnId: null, endedBefore: 0, lossesBefore: 0, input: '{"x":1}' },
    ]);
    expect(play(claim('a'))).toEqual([]);
    expect(play(append('b', 1))).toBe('kept');
    expect(play(finish('b', 1))).toBe('recorded');
    expect(play(claim('a'))).toEqual([]);
    expect(told()).toEqual([
      {
        type: 'attempt.ended',
        ctx: { job: JOB, attempt: 1 },
        data: { jobId: JOB, attempt: 1, outcome: 'succeeded' },
      },
    ]);
  });

  it('takes no write of another epoch or another host, and says so by name', () => {
    const { play, told } = begin();
    play(claim('a'));
    expect(
      play({ name: 'attempts.release', args: { owner: 'a', claims: [{ jobId: JOB, epoch: 1, attempt: 1 }] } }),
    ).toEqual(['released']);
    expect(play(claim('a'))).toMatchObject([{ epoch: 2, attempt: 1 }]);
    for (const epoch of [0, 1, 3]) {
      expect(play(finish('a', epoch))).toBe('late');
      expect(play(append('a', epoch))).toBe('late');
      const claims = [{ jobId: JOB, epoch, attempt: 1 }];
      expect(play({ name: 'attempts.release', args: { owner: 'a', claims } })).toEqual(['late']);
    }
    expect(play(finish('b', 2))).toBe('late');
    expect(play(finish('a', 2))).toBe('recorded');
    expect(told().map(({ type }) => type)).toEqual([...Array(4).fill('attempt.late'), 'attempt.ended']);
  });

  it('is queued again when its host is declared dead, and its late end changes nothing', () => {
    const { play, told } = begin();
    play(claim('a'));
    play({ name: 'hosts.fence', args: { runId: 'a', by: 'b' } });
    expect(told()).toContainEqual({
      type: 'attempt.lost',
      ctx: { job: JOB, attempt: 1 },
      data: { jobId: JOB, attempt: 1, reason: 'its host died' },
    });
    expect(play(claim('b'))).toMatchObject([{ epoch: 2, attempt: 2, endedBefore: 0 }]);
    expect(play(finish('a', 1))).toBe('late');
    expect(play(finish('b', 1))).toBe('late');
    expect(play(finish('b', 2))).toBe('recorded');
  });

  it('may have a process all the same, whose events name it', () => {
    const { play, told } = begin();
    const companion = { spawnId: 's', path: '/p' };
    play({ name: 'attempts.claim', args: { owner: 'a', claims: [{ jobId: JOB, process: companion }] } });
    const ref = { actor: 'a', runId: 'a', spawnId: 's' };
    play({ name: 'processes.live', args: { ...ref, identity: IDENTITY, generation: 1 } });
    expect(play(finish('a', 1))).toBe('recorded');
    expect(told().map(({ type, ctx }) => [type, ctx])).toEqual(
      ['process.spawned', 'attempt.started', 'attempt.ended'].map((type) => [type, { job: JOB, attempt: 1 }]),
    );
  });
});

describe('a slot', () => {
  it('may be executed without a process of its own', () => {
    const { play } = begin();
    const head = { run: 'r', name: null, pool: '/p', policy: JSON.stringify(POLICY), origin: '1', owner: 'a' };
    play({ name: 'runs.create', args: head });
    play({ name: 'runs.addSlots', args: { run: 'r', inputs: ['1'] } });
    play({ name: 'runs.start', args: { run: 'r', owner: 'a' } });
    const jobId = parseJobId('r:0');
    const claims = [{ jobId, process: null }];
    expect(play({ name: 'attempts.claim', args: { owner: 'b', claims } })).toBe('ESP_OWNED');
    expect(play({ name: 'attempts.claim', args: { owner: 'a', claims } })).toMatchObject([{ epoch: 1, spawnId: null }]);
    const end = { outcome: 'succeeded', exit: null, durationMs: 1, requeue: false, result: '1', error: null } as const;
    const attempt = { jobId, epoch: 1, attempt: 1, ...end };
    expect(play({ name: 'attempts.finish', args: { owner: 'a', attempt } })).toBe('recorded');
    expect(play({ name: 'runs.commit', args: { run: 'r', owner: 'a', indexes: [0], as: null } })).toBe(undefined);
  });
});
