import { expect, test } from 'vitest';
import { type AttemptEnd, decideRetry } from '../../../src/machines/work/retry.js';

const usual = { retries: 0, onLost: 'retry', endedBefore: 0, lossesBefore: 0 } as const;

type Given = Omit<AttemptEnd, 'how'> & {
  retries?: number;
  onLost?: 'retry' | 'fail';
  endedBefore?: number;
  lossesBefore?: number;
};
type Row = [how: AttemptEnd['how'], given: Given, outcome: string, requeue: boolean];

const rows: Row[] = [
  ['succeeded', { retries: 5 }, 'succeeded', false],
  ['succeeded', { stopped: 'requeue' }, 'succeeded', false],
  ['succeeded', { stopped: 'cancel' }, 'succeeded', false],
  ['failed', {}, 'failed', false],
  ['failed', { retries: 1 }, 'failed', true],
  ['failed', { retries: 1, endedBefore: 1 }, 'failed', false],
  ['failed', { retries: 2, endedBefore: 1 }, 'failed', true],
  ['failed', { retries: 1, lossesBefore: 9 }, 'failed', true],
  ['failed', { retries: 2, stopped: 'cancel' }, 'failed', false],
  ['failed', { retries: 1, stopped: 'requeue' }, 'failed', true],
  ['failed', { stopped: 'requeue' }, 'failed', false],
  ['failed', { retries: 1, onLost: 'fail' }, 'failed', true],
  ['timed_out', {}, 'timed_out', false],
  ['timed_out', { retries: 1 }, 'timed_out', true],
  ['timed_out', { retries: 1, endedBefore: 1 }, 'timed_out', false],
  ['interrupted', {}, 'cancelled', true],
  ['interrupted', { endedBefore: 9, lossesBefore: 9, onLost: 'fail' }, 'cancelled', true],
  ['interrupted', { stopped: 'requeue' }, 'cancelled', true],
  ['interrupted', { stopped: 'cancel', retries: 5 }, 'cancelled', false],
  ['host_lost', { endedBefore: 9, lossesBefore: 9 }, 'failed', true],
  ['host_lost', { onLost: 'fail', retries: 5 }, 'failed', false],
  ['host_lost', { stopped: 'cancel' }, 'cancelled', false],
  ['lost', { endedBefore: 9 }, 'failed', true],
  ['lost', { lossesBefore: 1 }, 'failed', true],
  ['lost', { lossesBefore: 2 }, 'failed', false],
  ['lost', { lossesBefore: 2, retries: 9 }, 'failed', false],
  ['lost', { onLost: 'fail' }, 'failed', false],
  ['lost', { stopped: 'requeue' }, 'failed', true],
  ['lost', { stopped: 'cancel' }, 'cancelled', false],
  ['unfit', { retries: 5 }, 'failed', false],
  ['unfit', { stopped: 'requeue', retries: 5 }, 'failed', false],
  ['succeeded', { unproven: true }, 'succeeded', false],
  ['failed', { unproven: true, retries: 5 }, 'failed', false],
  ['timed_out', { unproven: true, retries: 5 }, 'timed_out', false],
  ['interrupted', { unproven: true }, 'failed', false],
  ['interrupted', { unproven: true, stopped: 'requeue' }, 'failed', false],
  ['interrupted', { unproven: true, stopped: 'cancel' }, 'cancelled', false],
  ['lost', { unproven: true }, 'failed', false],
  ['host_lost', { unproven: true }, 'failed', false],
];

test.each(rows)('%s with %o is %s, and tried again: %s', (how, given, outcome, requeue) => {
  const { retries, onLost, endedBefore, lossesBefore, ...end } = { ...usual, ...given };
  expect(decideRetry({ how, ...end }, { endedBefore, lossesBefore }, { retries, onLost })).toEqual({
    outcome,
    requeue,
  });
});
