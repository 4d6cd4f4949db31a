import { expect, test } from 'vitest';
import { Leases } from '../../../../src/machines/work/run/leases.js';

/** Leases of a run that has claimed these slots and was granted them. */
function ready(...indexes: number[]): Leases {
  const leases = new Leases();
  leases.claim(indexes);
  leases.grant(indexes);
  return leases;
}

test('a slot is claimed, ready, started, recorded and over, and counts where it is', () => {
  const leases = new Leases();
  const counts = () => [leases.stage(4), leases.size, leases.started, leases.recording];
  expect(counts()).toEqual([null, 0, 0, 0]);
  leases.claim([4]);
  expect(counts()).toEqual(['claiming', 1, 0, 0]);
  leases.grant([4]);
  expect(counts()).toEqual(['ready', 1, 0, 0]);
  expect(leases.start(1)).toEqual([4]);
  expect(counts()).toEqual(['started', 1, 1, 0]);
  leases.vacate(4);
  expect(counts()).toEqual(['recording', 1, 0, 1]);
  expect([leases.end(4), leases.end(4)]).toEqual([true, false]);
  expect(counts()).toEqual([null, 0, 0, 0]);
});

test('slots start in the order in which they were granted, as far as there are places', () => {
  const leases = ready(7, 2, 5);
  expect([leases.start(2), leases.start(2), leases.start(1), leases.start(3)]).toEqual([[7, 2], [], [], [5]]);
});

test('what is ready is given back, and what is at work is not', () => {
  const leases = ready(1, 2, 3);
  leases.start(1);
  expect([leases.release(), leases.release()]).toEqual([[2, 3], []]);
  expect([leases.stage(1), leases.stage(2), leases.started]).toEqual(['started', 'releasing', 1]);
});

test('a slot whose lease has ended is not started', () => {
  const leases = ready(1, 2);
  leases.end(1);
  expect(leases.start(2)).toEqual([2]);
});

test('a slot that was at work before holds a place', () => {
  const leases = ready(1, 2);
  leases.adopt(0);
  expect([leases.stage(0), leases.start(2), leases.started]).toEqual(['started', [1], 2]);
});

test('only what is at work has a place to give up, and only what is being claimed can be granted', () => {
  const leases = ready(1, 2);
  leases.vacate(1);
  leases.grant([3]);
  expect([leases.stage(1), leases.stage(3), leases.recording, leases.start(9)]).toEqual(['ready', null, 0, [1, 2]]);
  leases.grant([1]);
  expect(leases.stage(1)).toBe('started');
});

test('the pace is how many start while a claim is on its way, and falls by one a claim', () => {
  const leases = ready(0, 1, 2);
  leases.claim([3]);
  leases.start(3);
  expect(leases.pace).toBe(0);
  leases.grant([3]);
  expect(leases.pace).toBe(3);
  leases.claim([4, 5]);
  leases.start(4);
  leases.grant([4]);
  expect(leases.pace, 'one has started meanwhile').toBe(2);
  leases.grant([5]);
  expect(leases.pace).toBe(1);
});

test('a clone goes on as the leases do, and neither sees what happens to the other', () => {
  const leases = ready(0, 1, 2, 3);
  leases.claim([4]);
  leases.start(2);
  leases.vacate(0);
  leases.claim([5]);
  leases.grant([4]);
  const clone = leases.clone();
  for (const each of [leases, clone]) {
    expect([each.size, each.started, each.recording, each.pace]).toEqual([6, 1, 1, 2]);
    expect(each.start(3)).toEqual([2, 3]);
    each.grant([5]);
    expect([each.pace, each.start(9)]).toEqual([2, [4, 5]]);
  }
  leases.end(0);
  expect([leases.recording, clone.recording, clone.stage(0)]).toEqual([0, 1, 'recording']);
});
