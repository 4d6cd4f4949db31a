import { expect, test } from 'vitest';
import { RunBook } from '../../../../src/machines/work/run/book.js';
import { Pruning } from '../../../../src/machines/work/run/prune.js';

const policy = { concurrency: 2, failFast: false, reorderWindow: 8 };

test('a plan with pruning prunes: what is pruned is committed as skipped, run or not', () => {
  const pruning = new Pruning({ maxConsecutiveFailures: 2, variantOf: () => 'v' });
  const book = RunBook.open(
    { policy, ahead: 0 },
    { slots: new Uint8Array(5), finished: new Map(), hasFailure: false, pruning },
  );
  expect(book.claim()).toEqual([0, 1]);
  book.finish(0, 'failed');
  expect(book.nextCommit()).toEqual({ indexes: [0], as: null });
  book.confirmCommit([0]);
  book.finish(1, 'failed');
  expect(book.claim()).toEqual([2, 3]);
  expect(book.nextCommit()).toEqual({ indexes: [1], as: null });
  book.confirmCommit([1]);
  book.finish(2, 'succeeded');
  expect(book.claim()).toEqual([]);
  expect(book.nextCommit(), 'slot 3 is still at work').toEqual({ indexes: [2], as: 'skipped_pruned' });
  book.confirmCommit([2]);
  book.finish(3, 'succeeded');
  expect(book.nextCommit()).toEqual({ indexes: [3, 4], as: 'skipped_pruned' });
  book.confirmCommit([3, 4]);
  expect([book.complete, book.outcome(2), book.outcome(4)]).toEqual([true, 'skipped_pruned', 'skipped_pruned']);
});

test('what cannot be claimed ahead is refused', () => {
  const plan = { slots: new Uint8Array(1), finished: new Map(), hasFailure: false };
  for (const ahead of [-1, 0.5]) {
    const message = `ahead is ${ahead}; it must be a whole number from 0`;
    const refusal = expect.objectContaining({ code: 'ESP_INVALID', message });
    expect(() => RunBook.open({ policy, ahead }, plan)).toThrow(refusal);
  }
});

test('as many slots are claimed ahead as start while a claim is on its way, but at most twice as many as run', () => {
  const plan = { slots: new Uint8Array(40), finished: new Map(), hasFailure: false };
  const book = RunBook.open({ policy: { ...policy, reorderWindow: 40 } }, plan);
  expect(book.claim()).toEqual([0, 1, 2]);
  book.grant([0, 1]);
  for (const [first, second] of [
    [3, 4],
    [5, 6],
    [7, 8],
  ] as const) {
    for (const index of book.start()) book.finish(index, 'succeeded');
    expect(book.claim()).toEqual([first, second]);
    book.grant([first, second]);
  }
  book.grant([2]);
  expect(book.claim(), 'six have started meanwhile; three are leased').toEqual([9, 10, 11]);
});

test('a clone has seen what its book has seen, once, and goes its own way', () => {
  const pruning = new Pruning({ maxConsecutiveFailures: 2, variantOf: () => 'v' });
  const book = RunBook.open({ policy }, { slots: new Uint8Array(3), finished: new Map(), hasFailure: false, pruning });
  book.claim();
  book.finish(0, 'failed');
  book.nextCommit();
  book.confirmCommit([0]);
  const clone = book.clone();
  clone.finish(1, 'succeeded');
  expect(clone.nextCommit()).toEqual({ indexes: [1], as: null });
  expect([book.stage(1), book.committing, clone.committing]).toEqual(['claiming', [], [1]]);
});

test('a clone is ruled by what was committed in it, and its book by what was committed there', () => {
  const pruning = new Pruning({ maxConsecutiveFailures: 1, variantOf: () => 'v' });
  const plan = { slots: new Uint8Array(6), finished: new Map(), hasFailure: false, pruning };
  const book = RunBook.open({ policy, ahead: 0 }, plan);
  book.claim();
  const [pruned, open] = [book.clone(), book.clone()];
  const commit = (each: RunBook, outcome: 'failed' | 'succeeded') => {
    each.finish(0, outcome);
    each.nextCommit();
    each.confirmCommit([0]);
    return each.claim();
  };
  expect([commit(pruned, 'failed'), commit(open, 'succeeded'), commit(book, 'succeeded')]).toEqual([[], [2], [2]]);
});

test('a clone of a run that has failed fast has failed too', () => {
  const plan = { slots: new Uint8Array(2), finished: new Map(), hasFailure: true };
  const clone = RunBook.open({ policy: { ...policy, failFast: true } }, plan).clone();
  expect([clone.closed, clone.claim(), clone.nextCommit()]).toEqual([true, [], { indexes: [0, 1], as: 'cancelled' }]);
});

test('a slot that was committed between the reading of plan and statuses stays committed', () => {
  const plan = {
    slots: Uint8Array.of(3, 2, 0),
    finished: new Map([
      [0, 'failed'],
      [1, 'failed'],
      [2, 'cancelled'],
    ] as const),
    hasFailure: false,
  };
  const book = RunBook.open({ policy }, plan);
  expect([book.stage(0), book.stage(1), book.stage(2)]).toEqual(['committed', 'finished', 'finished']);
});
