import { describe, expect, it } from 'vitest';
import { JOB_TRANSITIONS, mayMove } from '../../../../src/machines/work/job/machine.js';
import { isEnded, JOB_OUTCOMES, JOB_STATES, UNFINISHED_STATES } from '../../../../src/machines/work/job/states.js';

/** Written apart from the machine: what a user is promised of the life of a job. */
const EXPECTED = [
  'created released blocked',
  'created released parked',
  'created released queued',
  'blocked unblocked parked',
  'blocked unblocked queued',
  'parked unparked queued',
  'queued claimed running',
  'queued parked parked',
  'running retried parked',
  'running retried queued',
  'running returned queued',
  'running suspended waiting',
  'waiting resumed parked',
  'waiting resumed queued',
  'running ended succeeded',
  ...['failed', 'timed_out', 'cancelled'].flatMap((outcome) =>
    UNFINISHED_STATES.map((state) => `${state} ended ${outcome}`),
  ),
  ...['created', 'blocked', 'parked', 'queued', 'waiting'].map((state) => `${state} ended skipped`),
];

describe('the life of a job', () => {
  it('has these changes and no others', () => {
    const lines = JOB_TRANSITIONS.map(({ from, event, to }) => `${from} ${event} ${to}`);
    expect(lines.toSorted()).toEqual(EXPECTED.toSorted());
  });

  it('succeeds from nothing but an attempt that runs', () => {
    const before = JOB_TRANSITIONS.filter(({ to }) => to === 'succeeded').map(({ from }) => from);
    expect(before).toEqual(['running']);
  });

  it('never leaves its end', () => {
    expect(JOB_TRANSITIONS.filter(({ from }) => isEnded(from))).toEqual([]);
    for (const from of JOB_OUTCOMES) expect(mayMove(from, { type: 'ended', to: 'cancelled' })).toBe(false);
  });

  it('reaches each state from its beginning, and an end from each', () => {
    const reached = closure(['created'], ({ from, to }) => [from, to]);
    expect([...reached].toSorted()).toEqual([...JOB_STATES].toSorted());
    const ending = closure(JOB_OUTCOMES, ({ from, to }) => [to, from]);
    expect([...ending].toSorted()).toEqual([...JOB_STATES].toSorted());
  });
});

type Transition = (typeof JOB_TRANSITIONS)[number];

function closure(begin: readonly string[], step: (transition: Transition) => [string, string]): Set<string> {
  const found = new Set<string>(begin);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const [from, to] of JOB_TRANSITIONS.map(step)) if (found.has(from)) found.add(to);
  }
  return found;
}
