import { expect, test } from 'vitest';
import { Committer } from '../../../../src/machines/work/run/committer.js';
import { Planner, type PlannerOptions } from '../../../../src/machines/work/run/planner.js';
import { allOf } from '../../../../src/machines/work/run/ruling.js';
import { type SlotPhase, SlotTable } from '../../../../src/machines/work/run/slot-table.js';
import { Bench, ended } from './bench.js';

/** A table that counts how often a slot is looked at. */
class CountingTable extends SlotTable {
  looks = 0;

  override phase(index: number): SlotPhase {
    this.looks += 1;
    return super.phase(index);
  }
}

/** Runs all slots, each end reversed within its batch, and says how often a slot was looked at, per slot. */
function looksPerSlot(slots: Uint8Array, options: Partial<PlannerOptions> = {}): number {
  const table = new CountingTable(slots);
  const planner = new Planner(table, { concurrency: 8, reorderWindow: 64, ...options });
  const committer = new Committer(table, allOf([]), 256, (index) => planner.commit(index, 'succeeded'));
  const running: number[] = [];
  while (table.frontier < table.size) {
    running.push(...planner.claim(1));
    const index = running.length > 4 ? running.pop() : running.shift();
    if (index !== undefined) planner.finish(index, 'succeeded');
    const batch = committer.next();
    if (batch !== null) committer.confirmed(batch.indexes);
  }
  return table.looks / table.size;
}

test.each([100_000, 1_000_000])('a run of %i slots looks at each a few times, however many there are', (size) => {
  expect(looksPerSlot(new Uint8Array(size))).toBeLessThan(8);
});

test('variants at their cap and busy chains are not looked at again and again', () => {
  const describe = (index: number) => ({ variant: index % 3 === 0 ? 'slow' : 'quick', chain: `${index % 50}` });
  expect(looksPerSlot(new Uint8Array(100_000), { describe, variantCap: 4 })).toBeLessThan(16);
});

test('a run that is continued far on, with holes, does not walk its committed slots for each new one', () => {
  const slots = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index < 900_000 && index % 1000 !== 0 ? 3 : 0));
  expect(looksPerSlot(slots)).toBeLessThan(4);
});

test('a burst of ends through the machine asks for few commits, and the slots are described a few times each', () => {
  const size = 5_000;
  let described = 0;
  const describe = (index: number) => {
    described += 1;
    return { variant: `v${index % 7}` };
  };
  const bench = new Bench({
    concurrency: size,
    reorderWindow: size,
    schedule: { describe, variantCap: size },
    ahead: 0,
  });
  bench.load(new Uint8Array(size));
  bench.send({ type: 'claim.granted', indexes: [...new Uint8Array(size).keys()] });
  const asked = bench.send(...[...new Uint8Array(size).keys()].reverse().map((index) => ended(index)));
  expect(asked.filter(({ type }) => type === 'commit')).toHaveLength(1);
  expect(described).toBeLessThan(4 * size);
});
