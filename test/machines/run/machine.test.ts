import { expect, test } from 'vitest';
import { Bench, ended } from './bench.js';

test('a run claims, starts, commits and completes', () => {
  const bench = new Bench({ concurrency: 1 });
  expect(bench.has('espalier.starting')).toBe(true);
  expect(bench.take()).toEqual([{ type: 'load' }]);
  expect(bench.load([0, 0])).toEqual([{ type: 'claim', indexes: [0, 1] }]);
  expect(bench.has('espalier.starting')).toBe(false);
  expect(bench.send({ type: 'claim.granted', indexes: [0, 1] })).toEqual([{ type: 'start', indexes: [0] }]);
  expect(bench.send(ended(0))).toEqual([
    { type: 'start', indexes: [1] },
    { type: 'commit', indexes: [0], as: null },
  ]);
  expect(bench.send(ended(1), { type: 'committed', indexes: [0] })).toEqual([
    { type: 'commit', indexes: [1], as: null },
  ]);
  expect(bench.send({ type: 'committed', indexes: [1] })).toEqual([{ type: 'setStatus', to: 'completed' }]);
  expect(bench.send({ type: 'status.set', to: 'completed' })).toEqual([{ type: 'done', end: 'completed' }]);
  expect(bench.status).toBe('done');
  expect(bench.output).toEqual({ end: 'completed' });
});
