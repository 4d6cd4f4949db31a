import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { OperationArgs } from '../../../../src/persistence/writer/operations.js';
import { JOB_POLICY, jobNumber, jobWorld, newJob } from '../jobs/world.js';

type Asked = OperationArgs['jobs.ask']['asked'];

function talk() {
  const world = jobWorld();
  const { play } = world;
  const ask = (n: number, parts: Partial<Asked> = {}) =>
    play('jobs.ask', {
      by: '',
      asked: { jobId: jobNumber(n), id: 'go', question: '"Go on?"', attempt: 1, suspends: true, ...parts },
    });
  const answer = (n: number, value: string, id = 'go') =>
    play('jobs.answer', { by: '', jobId: jobNumber(n), id, answer: value });
  const suspend = (n: number, epoch: number, awaits: readonly number[] = []) =>
    play('jobs.finish', {
      owner: 'a',
      random: 0.5,
      attempt: {
        ...{ jobId: jobNumber(n), epoch, attempt: epoch, how: 'suspended', exit: null, durationMs: 1 },
        ...{ result: null, error: null, awaits: awaits.map(jobNumber) },
      },
    });
  const exits = (n: number, epoch: number, code: number) =>
    play('jobs.finish', {
      owner: 'a',
      random: 0.5,
      attempt: {
        ...{ jobId: jobNumber(n), epoch, attempt: epoch, how: code === 0 ? 'succeeded' : 'failed', durationMs: 1 },
        ...{ exit: { code, signal: null }, result: null, error: null },
      },
    });
  const wait = (n: number, attempt: number, ...jobs: readonly number[]) =>
    play('jobs.waitFor', { by: '', wait: { jobId: jobNumber(n), attempt, jobs: jobs.map(jobNumber) } });
  const types = () => world.told().map(({ type }) => type);
  return { ...world, ask, answer, suspend, exits, wait, types };
}

describe('a job that asks a person', () => {
  it('waits once its attempt has ended, holds nothing meanwhile, and finds the answer in the next attempt', () => {
    const { submit, claim, ask, exits, answer, states, types, db } = talk();
    submit(newJob(1));
    claim();
    expect(ask(1)).toBe('asked');
    expect(states()).toEqual({ 1: 'running' });
    expect(exits(1, 1, 0)).toEqual({ type: 'waiting' });
    expect(states()).toEqual({ 1: 'waiting' });
    expect(claim()).toEqual([]);
    expect(answer(1, '"yes"')).toBe('answered');
    expect(states()).toEqual({ 1: 'queued' });
    expect(claim()).toMatchObject([{ attempt: 2, answers: { go: '"yes"' } }]);
    expect(types().slice(-4)).toEqual(['question.asked', 'job.waiting', 'question.answered', 'job.queued']);
    expect(db.all(stateOf, 'SELECT state FROM attempts ORDER BY id').map(({ state }) => state)).toEqual([
      'suspended',
      'running',
    ]);
  });

  it('is queued at once when all is answered by the end of its attempt', () => {
    const { submit, claim, ask, exits, answer, states } = talk();
    submit(newJob(1));
    claim();
    ask(1);
    answer(1, '1');
    expect(states()).toEqual({ 1: 'running' });
    expect(exits(1, 1, 75)).toEqual({ type: 'resumed' });
    expect(states()).toEqual({ 1: 'queued' });
  });

  it('waits for every question of its last attempt, and for none that an earlier one left', () => {
    const { submit, claim, ask, exits, answer, states, clock, play } = talk();
    submit(newJob(1));
    claim();
    ask(1, { id: 'old' });
    exits(1, 1, 1);
    clock.now += 1000;
    play('jobs.tick', { owner: 'a' });
    claim();
    ask(1, { id: 'x', attempt: 2 });
    ask(1, { id: 'y', attempt: 2 });
    exits(1, 2, 0);
    answer(1, '1', 'x');
    expect(states()).toEqual({ 1: 'waiting' });
    answer(1, '1', 'y');
    expect(states()).toEqual({ 1: 'queued' });
  });

  it('has an answer that came first, and does not wait for it', () => {
    const { submit, claim, ask, exits, answer } = talk();
    submit(newJob(1));
    expect(answer(1, '"early"')).toBe('answered');
    expect(claim()).toMatchObject([{ answers: { go: '"early"' } }]);
    expect(ask(1)).toBe('answered');
    expect(exits(1, 1, 0)).toEqual({ type: 'ended', outcome: 'succeeded' });
  });

  it('keeps the first answer, and takes the same one again', () => {
    const { submit, answer } = talk();
    submit(newJob(1));
    expect([answer(1, '1'), answer(1, '1'), answer(1, '2')]).toEqual(['answered', 'same', 'ESP_ANSWERED']);
  });

  it('asks one thing under one name, and only while its attempt runs', () => {
    const { submit, claim, ask, exits, answer } = talk();
    submit(newJob(1));
    expect(ask(1)).toBe('ESP_CONFLICT');
    claim();
    expect([ask(1), ask(1), ask(1, { question: '"Other?"' })]).toEqual(['asked', 'asked', 'ESP_CONFLICT']);
    exits(1, 1, 0);
    expect([ask(1), ask(1, { attempt: null })]).toEqual(['ESP_CONFLICT', 'asked']);
    answer(1, '1');
    claim();
    exits(1, 2, 0);
    expect([ask(1, { attempt: null, id: 'late' }), answer(1, '1', 'late')]).toEqual(['ESP_CONFLICT', 'ESP_CONFLICT']);
  });

  it('fails by its retries all the same, and its wait is no attempt of these', () => {
    const { submit, claim, ask, exits, answer, states } = talk();
    submit(newJob(1, { policy: { ...JOB_POLICY, attempts: 1 } }));
    for (const epoch of [1, 2, 3]) {
      claim();
      ask(1, { id: `q${epoch}`, attempt: epoch });
      expect(exits(1, epoch, 0)).toEqual({ type: 'waiting' });
      answer(1, '1', `q${epoch}`);
    }
    claim();
    ask(1, { id: 'last', attempt: 4 });
    expect(exits(1, 4, 1)).toEqual({ type: 'ended', outcome: 'failed' });
    expect(states()).toEqual({ 1: 'failed' });
  });

  it('asks without ending: what another one asks, and what its attempt waits for itself, suspends nothing', () => {
    const { submit, claim, ask, exits } = talk();
    submit(newJob(1));
    claim();
    ask(1, { suspends: false });
    ask(1, { attempt: null, id: 'beside' });
    expect(exits(1, 1, 0)).toEqual({ type: 'ended', outcome: 'succeeded' });
  });

  it('is cancelled while it waits, by a person, its deadline or its parent', () => {
    const { submit, claim, ask, exits, states, play, clock, answer } = talk();
    const ids = [1, 2, 3];
    submit(newJob(9, { queue: 'other' }));
    submit(newJob(1), newJob(2, { deadline: 5000 }), newJob(3, { parent: jobNumber(9) }));
    claim('a', { count: 3 });
    for (const n of ids) {
      ask(n);
      exits(n, 1, 0);
    }
    expect(play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null })).toBe('ended');
    clock.now = 6000;
    play('jobs.tick', { owner: 'a' });
    play('jobs.cancel', { by: '', jobId: jobNumber(9), reason: null });
    expect(states()).toEqual({ 1: 'cancelled', 2: 'timed_out', 3: 'cancelled', 9: 'cancelled' });
    expect(answer(1, '1')).toBe('ESP_CONFLICT');
  });

  it('keeps no limit while it waits', () => {
    const { submit, claim, ask, exits, play, states } = talk();
    play('limits.set', { by: '', name: 'l', settings: { concurrency: 1, rate: null } });
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['l'] }));
    claim('a', { count: 2 });
    ask(1);
    exits(1, 1, 0);
    expect(states()).toEqual({ 1: 'waiting', 2: 'queued' });
  });

  it('ends as wished when that came before the end of its attempt', () => {
    const { submit, claim, ask, exits, play, states } = talk();
    submit(newJob(1));
    claim();
    ask(1);
    expect(play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null })).toBe('wanted');
    exits(1, 1, 0);
    expect(states()).toEqual({ 1: 'cancelled' });
  });
});

describe('a job that waits for jobs', () => {
  it('holds no place, goes on when all have ended, and is told what each came to', () => {
    const { submit, claim, suspend, finish, states } = talk();
    submit(newJob(1));
    claim();
    submit(
      newJob(2, { parent: jobNumber(1) }),
      newJob(3, { parent: jobNumber(1), policy: { ...JOB_POLICY, attempts: 1 } }),
    );
    expect(suspend(1, 1, [2, 3])).toEqual({ type: 'waiting' });
    claim('a', { count: 9 });
    finish(2, 1, 'succeeded');
    expect(states()).toMatchObject({ 1: 'waiting' });
    finish(3, 1, 'failed');
    expect(states()).toMatchObject({ 1: 'queued' });
    expect(claim()).toMatchObject([
      {
        jobId: jobNumber(1),
        attempt: 2,
        results: [
          { jobId: jobNumber(2), state: 'succeeded', result: '42' },
          { jobId: jobNumber(3), state: 'failed', result: null },
        ],
      },
    ]);
  });

  it('may say so before its end, and need not end for what has ended', () => {
    const { submit, claim, exits, wait, finish, states } = talk();
    submit(newJob(1), newJob(2));
    claim('a', { count: 2 });
    expect(wait(1, 1, 2)).toBe('noted');
    expect(exits(1, 1, 75)).toEqual({ type: 'waiting' });
    finish(2, 1, 'succeeded');
    claim();
    expect(wait(1, 2, 2)).toBe('met');
    expect(exits(1, 2, 0)).toEqual({ type: 'ended', outcome: 'succeeded' });
    expect(states()).toEqual({ 1: 'succeeded', 2: 'succeeded' });
  });

  it('is refused what could never end before it: itself, what is above it, and what waits for it', () => {
    const { submit, claim, wait, suspend, states } = talk();
    submit(newJob(1));
    claim();
    submit(newJob(2, { parent: jobNumber(1) }), newJob(3));
    claim('a', { count: 2 });
    submit(newJob(4, { after: [jobNumber(2)] }));
    expect([wait(2, 1, 2), wait(2, 1, 1), wait(2, 1, 4)]).toEqual(['ESP_CONFLICT', 'ESP_CONFLICT', 'ESP_CONFLICT']);
    expect(wait(3, 1, 2)).toBe('noted');
    expect(wait(2, 1, 3)).toBe('ESP_CONFLICT');
    expect(wait(2, 1, 7)).toBe('ESP_NOT_FOUND');
    expect(suspend(2, 1, [4])).toMatchObject({ type: 'retried' });
    expect(states()).toMatchObject({ 2: 'parked' });
  });

  it('forgets what an attempt waited for that ended otherwise', () => {
    const { submit, claim, wait, exits, clock, play } = talk();
    submit(newJob(1), newJob(2));
    claim('a', { count: 2 });
    wait(1, 1, 2);
    exits(1, 1, 1);
    expect(wait(2, 1, 1)).toBe('noted');
    clock.now += 1000;
    play('jobs.tick', { owner: 'a' });
    expect(claim()).toMatchObject([{ jobId: jobNumber(1), results: [] }]);
    expect(exits(1, 2, 0)).toEqual({ type: 'ended', outcome: 'succeeded' });
  });

  it('keeps the children that it waits for, and what they come after; others without a key would not be met again', () => {
    const { submit, claim, suspend, states } = talk();
    submit(newJob(1));
    claim();
    const parent = jobNumber(1);
    submit(newJob(2, { parent }), newJob(3, { parent, after: [jobNumber(2)] }), newJob(4, { parent }));
    submit(newJob(5, { parent, key: { key: 'k', digest: 'd', ever: false } }));
    suspend(1, 1, [3]);
    expect(states()).toEqual({ 1: 'waiting', 2: 'queued', 3: 'blocked', 4: 'cancelled', 5: 'queued' });
  });

  it('fails when it ends to wait, and says for nothing', () => {
    const { submit, claim, suspend } = talk();
    submit(newJob(1, { policy: { ...JOB_POLICY, attempts: 1 } }));
    claim();
    expect(suspend(1, 1)).toEqual({ type: 'ended', outcome: 'failed' });
  });

  it('retried as a new job, comes after what it came after, not after what it waited for', () => {
    const { submit, claim, suspend, play, states, finish } = talk();
    submit(newJob(1), newJob(2, { after: [jobNumber(1)] }), newJob(3, { queue: 'other' }));
    claim();
    finish(1, 1, 'succeeded');
    claim();
    suspend(2, 1, [3]);
    play('jobs.cancel', { by: '', jobId: jobNumber(2), reason: null });
    play('jobs.retry', { by: '', jobId: jobNumber(2), as: jobNumber(8) });
    expect(states()).toMatchObject({ 8: 'queued' });
  });
});

describe('what a running attempt notes', () => {
  it('is kept, the last of each, and nothing of one that is over', () => {
    const { submit, claim, play, exits, clock } = talk();
    const attempt = { jobId: jobNumber(1), epoch: 1, attempt: 1 };
    const note = (parts: object, owner: string | null = null) =>
      play('jobs.note', { owner, attempt, note: { progress: null, checkpoint: null, ...parts } });
    submit(newJob(1));
    claim();
    expect([note({ checkpoint: '1' }), note({ checkpoint: '2' }, 'a'), note({ progress: '{}' })]).toEqual([
      'recorded',
      'recorded',
      'recorded',
    ]);
    expect(note({ checkpoint: '9' }, 'b')).toBe('late');
    exits(1, 1, 1);
    expect(note({ checkpoint: '3' })).toBe('late');
    clock.now += 1000;
    play('jobs.tick', { owner: 'a' });
    expect(claim()).toMatchObject([{ checkpoint: '2' }]);
  });
});

const stateOf = z.object({ state: z.string() });
