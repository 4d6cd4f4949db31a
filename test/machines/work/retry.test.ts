import { expect, test } from 'vitest';
import { decideRetry, type ExecutionEnd, type RetryFacts } from '../../../src/machines/work/retry.js';

const facts: RetryFacts = {
  endedBefore: 0,
  workerLossesBefore: 0,
  retries: 0,
  onLost: 'retry',
  stopped: 'no',
  unproven: false,
};

type Row = [end: ExecutionEnd, facts: Partial<RetryFacts>, outcome: string, requeue: boolean];

const rows: Row[] = [
  ['succeeded', { retries: 5 }, 'succeeded', false],
  ['succeeded', { stopped: 'requeue' }, 'succeeded', false],
  ['succeeded', { stopped: 'cancel' }, 'succeeded', false],
  ['failed', {}, 'failed', false],
  ['failed', { retries: 1 }, 'failed', true],
  ['failed', { retries: 1, endedBefore: 1 }, 'failed', false],
  ['failed', { retries: 2, endedBefore: 1 }, 'failed', true],
  ['failed', { retries: 2, stopped: 'cancel' }, 'failed', false],
  ['failed', { retries: 1, stopped: 'requeue' }, 'failed', true],
  ['failed', { stopped: 'requeue' }, 'failed', false],
  ['timed_out', {}, 'timed_out', false],
  ['timed_out', { retries: 1 }, 'timed_out', true],
  ['timed_out', { retries: 1, endedBefore: 1 }, 'timed_out', false],
  ['cancelled', { retries: 5 }, 'cancelled', false],
  ['cancelled', { stopped: 'cancel', retries: 5 }, 'cancelled', false],
  ['cancelled', { stopped: 'requeue' }, 'cancelled', true],
  ['host_lost', { endedBefore: 9, workerLossesBefore: 9 }, 'failed', true],
  ['host_lost', { onLost: 'fail' }, 'failed', false],
  ['host_lost', { stopped: 'cancel' }, 'cancelled', false],
  ['worker_lost', { endedBefore: 9 }, 'failed', true],
  ['worker_lost', { workerLossesBefore: 1 }, 'failed', true],
  ['worker_lost', { workerLossesBefore: 2 }, 'failed', false],
  ['worker_lost', { workerLossesBefore: 2, retries: 9 }, 'failed', false],
  ['worker_lost', { onLost: 'fail' }, 'failed', false],
  ['worker_lost', { stopped: 'cancel' }, 'cancelled', false],
  ['succeeded', { unproven: true }, 'succeeded', false],
  ['failed', { unproven: true, retries: 5 }, 'failed', false],
  ['timed_out', { unproven: true, retries: 5 }, 'timed_out', false],
  ['cancelled', { unproven: true, stopped: 'requeue' }, 'failed', false],
  ['cancelled', { unproven: true, stopped: 'cancel' }, 'cancelled', false],
  ['worker_lost', { unproven: true }, 'failed', false],
];

test.each(rows)('%s with %o is %s, and tried again: %s', (end, given, outcome, requeue) => {
  expect(decideRetry(end, { ...facts, ...given })).toEqual({ outcome, requeue });
});
