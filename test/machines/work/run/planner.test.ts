import { expect, test } from 'vitest';
import { Planner, type PlannerOptions } from '../../../../src/machines/work/run/planner.js';
import { SLOT_PHASES, SlotTable } from '../../../../src/machines/work/run/slot-table.js';
import { SLOT_STATES } from '../../../../src/persistence/store.js';

function plan(slots: readonly number[], options: Partial<PlannerOptions> = {}) {
  const table = new SlotTable(Uint8Array.from(slots));
  const planner = new Planner(table, { concurrency: 2, reorderWindow: 100, ...options });
  const commit = (...indexes: number[]) => {
    for (const index of indexes) planner.finish(index, 'succeeded');
    for (const index of indexes) planner.commit(index, 'succeeded');
  };
  return { table, planner, commit };
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

test('a stored plan has the same bytes as the table', () => {
  expect(SLOT_STATES.map((state) => (state === 'running' ? 'leased' : state))).toEqual(SLOT_PHASES);
});

test('slots are handed out lowest first, up to concurrency and claim-ahead', () => {
  const { planner } = plan(zeros(9), { concurrency: 2 });
  expect(planner.claim(1)).toEqual([0, 1, 2]);
  expect(planner.claim(1)).toEqual([]);
  planner.finish(1, 'succeeded');
  expect(planner.claim(1)).toEqual([3]);
});

test('no slot starts further beyond the first uncommitted one than the reorder window', () => {
  const { planner, commit } = plan(zeros(9), { concurrency: 2, reorderWindow: 3 });
  planner.claim();
  planner.finish(1, 'succeeded');
  expect(planner.claim()).toEqual([2]);
  planner.finish(2, 'succeeded');
  expect(planner.claim()).toEqual([]);
  commit(0);
  expect(planner.claim()).toEqual([3]);
});

test.each([
  [{ concurrency: 0 }, 'concurrency is 0; it must be a whole number from 1'],
  [{ concurrency: 1.5 }, 'concurrency is 1.5; it must be a whole number from 1'],
  [{ concurrency: 4, reorderWindow: 3 }, 'reorderWindow is 3; it must be at least 4'],
  [{ variantCap: 0 }, 'variantCap is 0; it must be at least 1'],
])('options that no run can keep are refused: %o', (options, problem) => {
  const message = `this run cannot be planned: ${problem}`;
  expect(() => plan([0], options)).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message }));
});

test('a slot that is given back is handed out before those that were never tried', () => {
  const { planner } = plan(zeros(9));
  expect(planner.claim()).toEqual([0, 1]);
  planner.release(1);
  planner.release(0);
  expect(planner.claim()).toEqual([0, 1]);
});

test('moves that do not fit change nothing', () => {
  const { planner, table, commit } = plan(zeros(3));
  planner.release(0);
  expect(planner.claim()).toEqual([0, 1]);
  commit(0);
  planner.finish(0, 'failed');
  planner.release(0);
  planner.commit(0, 'failed');
  planner.commit(1, 'failed');
  expect([table.phase(0), table.status(0), table.phase(1)]).toEqual(['committed', 'succeeded', 'leased']);
  const message = "slot 3 is not one of the run's 3";
  expect(() => planner.finish(3, 'failed')).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message }));
});

test('the pool bounds what is claimed, and with no room nothing is claimed ahead', () => {
  const { planner } = plan(zeros(9), { concurrency: 4 });
  planner.capacity = 0;
  expect(planner.claim(1)).toEqual([]);
  planner.capacity = 2;
  expect(planner.claim(1)).toEqual([0, 1, 2]);
  planner.capacity = 10;
  expect(planner.claim(1)).toEqual([3, 4]);
});

test('a restored plan goes on at its holes and passes over what is committed', () => {
  const { planner, table } = plan([3, 3, 0, 3, 2, 0, 0], { concurrency: 3 });
  expect(table.frontier).toBe(2);
  expect(planner.claim()).toEqual([2, 5, 6]);
});

test('a restored slot that is still at work is not handed out, counts, and comes back when it is released', () => {
  const { planner } = plan([0, 1, 0, 0], { concurrency: 2 });
  expect(planner.claim()).toEqual([0]);
  planner.release(1);
  expect(planner.claim()).toEqual([1]);
  planner.finish(0, 'succeeded');
  planner.finish(1, 'succeeded');
  expect(planner.claim()).toEqual([2, 3]);
});

test('a restored slot that is released before it is met is handed out once', () => {
  const { planner } = plan([0, 0, 1, 0], { concurrency: 1 });
  expect(planner.claim(1)).toEqual([0]);
  planner.release(2);
  expect(planner.claim(1)).toEqual([1]);
  planner.finish(0, 'succeeded');
  planner.finish(1, 'succeeded');
  expect(planner.claim(1)).toEqual([2, 3]);
});

test('a variant at its cap does not hold others back, and goes on as its slots end', () => {
  const describe = (index: number) => ({ variant: index < 4 ? 'slow' : 'quick' });
  const { planner } = plan(zeros(8), { concurrency: 4, variantCap: 1, describe });
  expect(planner.claim()).toEqual([0, 4]);
  planner.finish(4, 'succeeded');
  expect(planner.claim()).toEqual([5]);
  planner.finish(0, 'succeeded');
  expect(planner.claim()).toEqual([1]);
  planner.release(1);
  expect(planner.claim()).toEqual([1]);
});

test('a restored slot that is still at work keeps its chain and its place in its variant', () => {
  const describe = (index: number) => (index === 2 ? { variant: 'v' } : { variant: 'v', chain: 'x' });
  const { planner } = plan([0, 1, 0, 0], { concurrency: 4, variantCap: 2, describe });
  expect(planner.claim()).toEqual([2]);
  planner.finish(2, 'succeeded');
  expect(planner.claim()).toEqual([]);
  planner.finish(1, 'succeeded');
  expect(planner.claim()).toEqual([0]);
});

test('a capped variant gets all its places back', () => {
  const { planner } = plan(zeros(6), { concurrency: 4, variantCap: 2, describe: () => ({ variant: 'only' }) });
  expect(planner.claim()).toEqual([0, 1]);
  planner.finish(0, 'succeeded');
  planner.finish(1, 'succeeded');
  expect(planner.claim()).toEqual([2, 3]);
  planner.finish(3, 'succeeded');
  expect(planner.claim()).toEqual([4]);
});

test('slots of one chain run one at a time and in order, also after one is tried again', () => {
  const describe = (index: number) => ({ chain: index % 2 === 0 ? 'even' : 'odd' });
  const { planner } = plan(zeros(6), { concurrency: 4, describe });
  expect(planner.claim()).toEqual([0, 1]);
  planner.release(0);
  expect(planner.claim()).toEqual([0]);
  planner.finish(0, 'succeeded');
  expect(planner.claim()).toEqual([2]);
  planner.finish(1, 'succeeded');
  planner.finish(2, 'succeeded');
  expect(planner.claim()).toEqual([3, 4]);
});

test('a slot that waits for its variant is not overtaken in its chain', () => {
  const slots = [{ variant: 'a' }, { variant: 'a', chain: 'x' }, { variant: 'b', chain: 'x' }, { variant: 'b' }];
  const { planner } = plan(zeros(4), { concurrency: 4, variantCap: 1, describe: (index) => slots[index] ?? {} });
  expect(planner.claim()).toEqual([0, 3]);
  planner.finish(0, 'succeeded');
  expect(planner.claim()).toEqual([1]);
  planner.finish(3, 'succeeded');
  expect(planner.claim()).toEqual([]);
  planner.finish(1, 'succeeded');
  expect(planner.claim()).toEqual([2]);
});

test('a slot that ended elsewhere while it waited gives its turn to the next', () => {
  const describe = (index: number) => ({ variant: 'v', chain: index === 1 || index === 3 ? 'x' : `own ${index}` });
  const { planner } = plan(zeros(4), { concurrency: 4, variantCap: 1, describe });
  expect(planner.claim()).toEqual([0]);
  planner.finish(1, 'cancelled');
  planner.finish(0, 'succeeded');
  expect(planner.claim()).toEqual([2]);
  planner.finish(2, 'succeeded');
  expect(planner.claim()).toEqual([3]);
});

test('a slot that is barred is not handed out and holds nothing back', () => {
  const barred = new Set([1]);
  const describe = () => ({ chain: 'x' });
  const { planner } = plan(zeros(3), { describe, barred: (index) => barred.has(index) });
  expect(planner.claim()).toEqual([0]);
  planner.finish(0, 'succeeded');
  expect(planner.claim()).toEqual([2]);
});

test('a slot that is barred while it waits gives its turn to the next', () => {
  const barred = new Set<number>();
  const { planner } = plan(zeros(3), { describe: () => ({ chain: 'x' }), barred: (index) => barred.has(index) });
  expect(planner.claim()).toEqual([0]);
  barred.add(1);
  planner.finish(0, 'succeeded');
  expect(planner.claim()).toEqual([2]);
});

test('a slot that is committed without running gives up the chain that it held while it waited', () => {
  const slots = [{ variant: 'a' }, { variant: 'a', chain: 'x' }, { variant: 'b', chain: 'x' }];
  const describe = (index: number) => slots[index] ?? {};
  const { planner } = plan(zeros(3), { concurrency: 3, variantCap: 1, describe });
  expect(planner.claim()).toEqual([0]);
  planner.commit(1, 'skipped_pruned');
  expect(planner.claim()).toEqual([2]);
});

test('a clone goes on as the planner does, and neither sees what happens to the other', () => {
  const describe = (index: number) => ({ variant: `${index % 2}` });
  const { planner, table } = plan(zeros(8), { concurrency: 4, variantCap: 1, describe });
  planner.claim();
  planner.release(0);
  planner.capacity = 2;
  const twin = table.clone();
  expect([twin.count('leased'), twin.count('pending'), twin.size]).toEqual([1, 7, 8]);
  const clone = planner.clone(twin, () => false);
  for (const each of [clone, planner]) {
    expect(each.capacity).toBe(2);
    expect(each.claim()).toEqual([0]);
    each.finish(1, 'succeeded');
    expect(each.claim()).toEqual([3]);
    each.finish(0, 'failed');
    expect(each.claim()).toEqual([2]);
  }
  planner.finish(2, 'failed');
  expect([table.phase(2), twin.phase(2)]).toEqual(['finished', 'leased']);
});

test('a slot is described when it comes and when it goes, and not when it is committed', () => {
  let described = 0;
  const describe = () => {
    described += 1;
    return { chain: 'x' };
  };
  const { planner, commit } = plan(zeros(1), { describe });
  planner.claim();
  commit(0);
  expect(described).toBe(2);
});

test('a byte that is no slot state is refused', () => {
  const message = 'a plan holds the byte 4, which is no slot state';
  expect(() => plan([0, 4])).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message }));
});
