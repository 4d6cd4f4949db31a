import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Committer } from '../../../../src/machines/work/run/committer.js';
import { Planner } from '../../../../src/machines/work/run/planner.js';
import { Pruning } from '../../../../src/machines/work/run/prune.js';
import { allOf, FailFast } from '../../../../src/machines/work/run/ruling.js';
import { SlotTable } from '../../../../src/machines/work/run/slot-table.js';
import type { SlotStatus } from '../../../../src/machines/work/slot.js';
import { samples } from '../../../effort.js';

const variantOf = (index: number): string | undefined => ['a', 'b', undefined][index % 3];

/** Runs the slots with so much parallelism, ending them in the order that `picks` says, and returns the rows. */
function run(outcomes: readonly SlotStatus[], most: number, concurrency: number, picks: readonly number[]) {
  const table = new SlotTable(new Uint8Array(outcomes.length));
  const ruling = allOf([new Pruning({ maxConsecutiveFailures: most, variantOf })]);
  const barred = (index: number) => ruling.overrule(index) !== null;
  const planner = new Planner(table, { concurrency, reorderWindow: 2 * concurrency, barred });
  const committer = new Committer(table, ruling, 3, (index, as) => planner.commit(index, as ?? table.status(index)));
  const running: number[] = [];
  const started: number[] = [];
  for (let turn = 0; table.frontier < table.size; turn += 1) {
    if (turn > 1000) throw new Error('the run is stuck');
    const claimed = planner.claim();
    running.push(...claimed);
    started.push(...claimed);
    const [ended] = running.splice((picks[turn] ?? 0) % Math.max(1, running.length), 1);
    if (ended !== undefined) planner.finish(ended, outcomes[ended] ?? 'succeeded');
    const write = (picks[turn] ?? 0) % 2 === 0 || running.length === 0 ? committer.next() : null;
    if (write !== null) committer.confirmed(write.indexes);
  }
  return { rows: outcomes.map((_, index) => table.status(index)), started };
}

/** The rows by the definition: slot after slot, with what is committed before it. */
function byDefinition(outcomes: readonly SlotStatus[], most: number): SlotStatus[] {
  const rows: SlotStatus[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const variant = variantOf(index);
    const before = rows.filter(
      (row, at) => variantOf(at) === variant && ['failed', 'timed_out', 'succeeded'].includes(row),
    );
    let worst = 0;
    let streak = 0;
    for (const row of before) {
      streak = row === 'succeeded' ? 0 : streak + 1;
      worst = Math.max(worst, streak);
    }
    rows.push(variant !== undefined && worst >= most ? 'skipped_pruned' : outcome);
  }
  return rows;
}

test('a variant that fails so often in a row is given up, and the others go on', () => {
  const outcomes: SlotStatus[] = [
    'failed',
    'succeeded',
    'failed',
    'timed_out',
    'failed',
    'failed',
    'succeeded',
    'failed',
    'failed',
  ];
  expect(run(outcomes, 2, 1, [])).toEqual({
    rows: ['failed', 'succeeded', 'failed', 'timed_out', 'failed', 'failed', 'skipped_pruned', 'failed', 'failed'],
    started: [0, 1, 2, 3, 4, 5, 7, 8],
  });
});

test('which slots are pruned depends on their outcomes alone, not on parallelism and order of ends', () => {
  const outcome = fc.constantFrom<SlotStatus>('succeeded', 'failed', 'timed_out', 'cancelled', 'failed');
  const property = fc.property(
    fc.array(outcome, { minLength: 1, maxLength: 24 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 8 }),
    fc.array(fc.nat(100), { maxLength: 60 }),
    (outcomes, most, concurrency, picks) => {
      expect(run(outcomes, most, concurrency, picks).rows).toEqual(byDefinition(outcomes, most));
    },
  );
  fc.assert(property, { numRuns: samples(500) });
});

test('restored from the committed rows, pruning says what it said before', () => {
  const pruning = new Pruning({ maxConsecutiveFailures: 2, variantOf });
  const rows: SlotStatus[] = ['failed', 'failed', 'succeeded', 'failed'];
  for (const [index, row] of rows.entries()) pruning.fold(index, row);
  expect([4, 5, 6].map((index) => pruning.overrule(index))).toEqual([null, null, 'skipped_pruned']);
  const copy = pruning.clone();
  copy.fold(4, 'failed');
  expect([copy.overrule(7), pruning.overrule(7)]).toEqual(['skipped_pruned', null]);
});

test('a success starts the count again, and slots without a variant are never pruned', () => {
  const pruning = new Pruning({ maxConsecutiveFailures: 2, variantOf });
  for (const row of ['failed', 'succeeded', 'failed'] as const) {
    pruning.fold(0, row);
    pruning.fold(2, 'failed');
  }
  expect([pruning.overrule(0), pruning.overrule(2)]).toEqual([null, null]);
  pruning.fold(0, 'failed');
  expect(pruning.overrule(0)).toBe('skipped_pruned');
});

test('rulings are indifferent if each of them is', () => {
  const none = allOf([]);
  const pruning = new Pruning({ maxConsecutiveFailures: 2, variantOf });
  const several = [none, allOf([none, none]), allOf([none, pruning]), allOf([none, new FailFast()])];
  expect(several.map(({ indifferent }) => indifferent)).toEqual([true, true, false, false]);
});

test('with fail-fast as well, what fails fast is cancelled and what was pruned before stays pruned', () => {
  const both = allOf([new Pruning({ maxConsecutiveFailures: 1, variantOf }), new FailFast()]);
  expect([both.closed, both.indifferent]).toEqual([false, false]);
  both.fold(0, 'failed');
  expect([both.closed, both.overrule(3), both.overrule(4)]).toEqual([true, 'skipped_pruned', 'cancelled']);
});

test.each([0, 1.5])('a maximum of %d is refused', (most) => {
  const message = `maxConsecutiveFailures is ${most}; it must be a whole number from 1`;
  expect(() => new Pruning({ maxConsecutiveFailures: most, variantOf })).toThrow(
    expect.objectContaining({ code: 'ESP_INVALID', message }),
  );
});
