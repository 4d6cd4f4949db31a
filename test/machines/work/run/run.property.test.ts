import fc from 'fast-check';
import { expect, test } from 'vitest';
import { samples } from '../../../effort.js';
import { type Script, World } from './world.js';

const script: fc.Arbitrary<Script> = fc.record({
  requeues: fc.nat(2),
  outcome: fc.constantFrom('succeeded', 'succeeded', 'succeeded', 'failed', 'timed_out'),
});

const settings = fc
  .record({
    concurrency: fc.integer({ min: 1, max: 4 }),
    ahead: fc.option(fc.nat(2), { nil: undefined }),
    room: fc.nat(6),
    failFast: fc.boolean(),
    batch: fc.integer({ min: 1, max: 4 }),
    variants: fc.integer({ min: 1, max: 3 }),
    chains: fc.integer({ min: 1, max: 4 }),
    variantCap: fc.integer({ min: 1, max: 2 }),
    gated: fc.boolean(),
  })
  .map(({ room, variants, chains, variantCap, gated, ...rest }) => {
    const describe = (index: number) => ({ variant: `v${index % variants}`, chain: `c${(index * 7) % (chains * 3)}` });
    return { ...rest, reorderWindow: rest.concurrency + room, ...(gated ? { describe, variantCap } : {}) };
  });

test('whatever happens in whatever order, each slot is committed once, in order, and the rows are the same', () => {
  const property = fc.property(
    settings,
    fc.array(script, { minLength: 1, maxLength: 12 }),
    fc.array(fc.nat(10_000), { maxLength: 200, size: 'max' }),
    (chosen, scripts, steps) => {
      const world = new World(chosen, scripts);
      for (const step of steps) world.step(step);
      expect(world.settle()).toEqual(world.expected());
    },
  );
  fc.assert(property, { numRuns: samples(300) });
});

test('a run that fails awaits the claim of a slot that ended elsewhere meanwhile', () => {
  const succeeded = { requeues: 0, outcome: 'succeeded' } as const;
  const scripts = [succeeded, succeeded, { requeues: 1, outcome: 'succeeded' } as const];
  const world = new World({ concurrency: 2, failFast: false, batch: 1, reorderWindow: 3 }, scripts);
  for (const step of [5001, 4981, 3441, 5141, 1041, 6361, 5361, 4401, 321, 2580, 8120]) world.step(step);
  expect(world.settle()).toEqual(world.expected());
});
