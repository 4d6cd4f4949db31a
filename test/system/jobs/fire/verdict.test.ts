import { expect, it } from 'vitest';
import { brokenEnds, brokenExecutions, brokenWords, linesOf, overCaps, overRate, type StoredEnd } from './verdict.js';

const end = (more: Partial<StoredEnd> = {}): StoredEnd => ({
  id: 'a',
  key: 'j1',
  state: 'succeeded',
  attempts: 1,
  succeeded: 1,
  ...more,
});
const submitted = { type: 'submitted', name: 'j1', id: 'a', existing: false } as const;

it('nothing is wrong with what went well', () => {
  const told = [submitted, { ...submitted, existing: true }, { type: 'ended', id: 'a', state: 'succeeded' }] as const;
  const lines = linesOf('begin j1 7\nend j1 7\n');
  expect([brokenWords(told, [end()]), brokenEnds([end()]), brokenExecutions(lines, [end()])]).toEqual([[], [], []]);
});

it('what a client was told, and is not so, is found', () => {
  expect(brokenWords([submitted], [])).toHaveLength(1);
  expect(brokenWords([submitted], [end({ key: 'j2' })])).toHaveLength(1);
  expect(brokenWords([{ ...submitted, existing: true }], [end()])).toHaveLength(1);
  expect(brokenWords([submitted, { ...submitted, id: 'b', existing: true }], [end(), end({ id: 'b' })])).toHaveLength(
    1,
  );
  expect(brokenWords([{ type: 'cancelled', id: 'a', accepted: true }], [end()])).toHaveLength(1);
  expect(brokenWords([{ type: 'ended', id: 'a', state: 'failed' }], [end()])).toHaveLength(1);
});

it('a job that has not ended, or has succeeded twice or never, is found', () => {
  const wrong = [end({ state: 'running' }), end({ succeeded: 2 }), end({ succeeded: 0 })];
  expect(brokenEnds(wrong)).toHaveLength(3);
});

it('a job that runs twice at once, or unknown to the store, is found', () => {
  expect(brokenExecutions(linesOf('begin j1 7\nbegin j1 8\nend j1 7\n'), [end({ attempts: 2 })])).toHaveLength(1);
  expect(brokenExecutions(linesOf('begin j1 7\nbegin j1 8\nend j1 8\n'), [end()])).toHaveLength(1);
  expect(brokenExecutions(linesOf('begin j1 7\n'), [end()])).toHaveLength(1);
});

it('a limit or a rate that is exceeded is found', () => {
  const three = linesOf('begin a 1\nbegin b 2\nbegin c 3\nend a 1\nend b 2\nend c 3\n');
  expect(overCaps(three, () => ['two'])).toHaveLength(1);
  expect(overCaps(three, () => ['five'])).toEqual([]);
  const rate = { count: 1, perMs: 1000, burst: 2 };
  expect(overRate([0, 0, 1000, 2000], rate)).toEqual([]);
  expect(overRate([0, 0, 500], rate)).toHaveLength(1);
});
