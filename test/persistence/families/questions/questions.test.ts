import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { OperationArgs } from '../../../../src/persistence/writer/operations.js';
import { jobNumber, jobWorld, newJob } from '../jobs/world.js';

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
});

const stateOf = z.object({ state: z.string() });
