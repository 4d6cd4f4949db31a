import { expect, it } from 'vitest';
import { OverflowReport } from '../../../src/actors/pool/overflow-report.js';
import { SimulatedClock } from '../../../src/testing/index.js';

function reporting() {
  const clock = new SimulatedClock();
  const told: number[] = [];
  const report = new OverflowReport(clock, (times) => told.push(times));
  const count = (times: number) => {
    for (let i = 0; i < times; i += 1) report.count();
  };
  return { clock, told, report, count };
}

it('tells of a full queue at once, then every 5 s how often it was full, and of nothing once it is not', () => {
  const { clock, told, count } = reporting();
  count(3);
  expect(told).toEqual([1]);
  clock.increment(5000);
  expect(told).toEqual([1, 2]);
  clock.increment(20_000);
  expect(told).toEqual([1, 2]);
  count(1);
  expect(told).toEqual([1, 2, 1]);
});

it('leaves nothing untold when the queue ends', () => {
  const { clock, told, report, count } = reporting();
  count(4);
  report.close();
  clock.increment(20_000);
  expect(told).toEqual([1, 3]);
});
