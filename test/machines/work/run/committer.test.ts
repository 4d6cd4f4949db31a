import { expect, test } from 'vitest';
import { Committer } from '../../../../src/machines/work/run/committer.js';
import { allOf, FailFast, type Ruling } from '../../../../src/machines/work/run/ruling.js';
import { SlotTable } from '../../../../src/machines/work/run/slot-table.js';
import type { SlotStatus } from '../../../../src/machines/work/slot.js';

function commits(
  slots: readonly number[],
  { ruling = allOf([]), batch = 100 }: { ruling?: Ruling; batch?: number } = {},
) {
  const table = new SlotTable(Uint8Array.from(slots));
  const rows: [number, SlotStatus | null][] = [];
  const committer = new Committer(table, ruling, batch, (index, as) => {
    const status = as ?? table.status(index);
    table.set(index, 'committed', status);
    rows.push([index, status]);
  });
  const arrive = (...indexes: number[]) => {
    for (const index of indexes) table.set(index, 'finished', 'succeeded');
  };
  /** Commits what can be committed, one write after the other. */
  const flush = () => {
    const batches: (readonly number[])[] = [];
    for (let next = committer.next(); next !== null; next = committer.next()) {
      batches.push(next.indexes);
      committer.confirmed(next.indexes);
    }
    return batches;
  };
  return { table, committer, rows, arrive, flush };
}

const leased = (count: number): number[] => new Array<number>(count).fill(1);

test('arrivals 2 and 0, then 3 and 1, commit as 0, 1, 2, 3', () => {
  const { arrive, flush } = commits(leased(4));
  arrive(2, 0);
  expect(flush()).toEqual([[0]]);
  arrive(3, 1);
  expect(flush()).toEqual([[1, 2, 3]]);
});

test('any order of arrival gives equal rows', () => {
  const rowsOf = (order: readonly number[]) => {
    const { arrive, flush, rows } = commits(leased(4));
    for (const index of order) {
      arrive(index);
      flush();
    }
    return rows;
  };
  expect(rowsOf([2, 0, 3, 1])).toEqual(rowsOf([0, 1, 2, 3]));
});

test('one write at a time, with so many rows at most', () => {
  const { arrive, committer } = commits(leased(5), { batch: 2 });
  arrive(0, 1, 2, 3);
  expect(committer.next()).toEqual({ indexes: [0, 1], as: null });
  expect(committer.next()).toBe(null);
  committer.confirmed([0, 1]);
  expect(committer.next()).toEqual({ indexes: [2, 3], as: null });
});

test('a write that failed has advanced nothing and is asked for again', () => {
  const { arrive, committer, rows, table } = commits(leased(3));
  arrive(0, 1);
  committer.next();
  committer.failed();
  expect([rows, table.frontier, committer.ready]).toEqual([[], 0, true]);
  arrive(2);
  expect(committer.next()).toEqual({ indexes: [0, 1, 2], as: null });
});

test('slots that a reopened run kept are passed over', () => {
  const { arrive, flush, table } = commits([3, 0, 3, 3, 0, 3]);
  expect(table.frontier).toBe(1);
  arrive(4);
  expect(flush()).toEqual([]);
  arrive(1);
  expect(flush()).toEqual([[1, 4]]);
  expect(table.frontier).toBe(6);
});

test('a confirmation of something else is refused and changes nothing', () => {
  const { arrive, committer, rows } = commits(leased(3));
  arrive(0, 1);
  const refuses = (indexes: number[]) => {
    const message = 'a commit was confirmed that was not under way';
    const refusal = expect.objectContaining({ code: 'ESP_INVALID', message, context: { indexes } });
    expect(() => committer.confirmed(indexes)).toThrow(refusal);
  };
  refuses([0]);
  committer.next();
  for (const other of [[0], [1, 0], [0, 2]]) refuses(other);
  expect(rows).toEqual([]);
});

test.each([0, 1.5])('a batch of %d rows is refused', (batch) => {
  const message = `a batch of ${batch} rows`;
  expect(() => commits([], { batch })).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message }));
});

test('with fail-fast the first failure ends its write, and all behind it are cancelled, run or not', () => {
  const { table, committer, arrive, flush, rows } = commits(leased(6), { ruling: new FailFast() });
  arrive(0, 2);
  table.set(1, 'finished', 'timed_out');
  table.set(3, 'finished', 'failed');
  table.set(4, 'pending');
  expect(committer.next()).toEqual({ indexes: [0, 1], as: null });
  committer.confirmed([0, 1]);
  expect(committer.next(), 'the slot at work is waited for').toEqual({ indexes: [2, 3, 4], as: 'cancelled' });
  committer.confirmed([2, 3, 4]);
  expect(committer.next()).toBe(null);
  arrive(5);
  flush();
  expect(rows.map(([, status]) => status)).toEqual([
    'succeeded',
    'timed_out',
    'cancelled',
    'cancelled',
    'cancelled',
    'cancelled',
  ]);
});

test('a slot that somebody cancelled is no failure', () => {
  const { table, committer, arrive } = commits(leased(2), { ruling: new FailFast() });
  table.set(0, 'finished', 'cancelled');
  arrive(1);
  expect(committer.next()).toEqual({ indexes: [0, 1], as: null });
});

test('without fail-fast failures are rows like others, and end no write', () => {
  const { table, committer, arrive } = commits(leased(3));
  arrive(0, 2);
  table.set(1, 'finished', 'failed');
  expect(committer.next()).toEqual({ indexes: [0, 1, 2], as: null });
});
