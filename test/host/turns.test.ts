import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Turns } from '../../src/host/turns.js';
import { SimulatedClock } from '../../src/testing/index.js';

const LONG = 64 * 1024;

function speaking(count: number) {
  const clock = new SimulatedClock();
  const turns = new Turns(clock);
  const streams = Array.from({ length: count }, () => new PassThrough().resume());
  const going = () => streams.map((stream) => !stream.isPaused());
  return { clock, turns, streams, going };
}

it('lets those who said much go on one after the other, in the order in which they spoke', () => {
  const { clock, turns, streams, going } = speaking(3);
  for (const stream of streams) turns.spoke(stream, LONG);
  expect(going()).toEqual([false, false, false]);
  clock.next();
  expect(going()).toEqual([true, false, false]);
  clock.next();
  clock.next();
  expect([going(), clock.pending]).toEqual([[true, true, true], []]);
});

it('leaves alone who says little', () => {
  const { clock, turns, streams, going } = speaking(1);
  for (const stream of streams) turns.spoke(stream, 1000);
  expect([going(), clock.pending]).toEqual([[true], []]);
});

it('reads the last words of a program that has ended at once, and holds nobody at the end', () => {
  const { clock, turns, streams, going } = speaking(2);
  const [first] = streams;
  for (const stream of streams) turns.spoke(stream, LONG);
  if (first) turns.free(first);
  expect(going()).toEqual([true, false]);
  if (first) turns.spoke(first, LONG);
  expect(going()).toEqual([true, false]);
  turns.close();
  expect([going(), clock.pending]).toEqual([[true, true], []]);
});
