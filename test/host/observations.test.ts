import { expect, it } from 'vitest';
import type { ActorRole } from '../../src/actor-role.js';
import { Observations } from '../../src/host/observations.js';
import { SimulatedClock } from '../../src/testing/index.js';

function observing() {
  const clock = new SimulatedClock();
  const puts: unknown[] = [];
  const put = (record: { path: string; state: unknown }) => {
    puts.push([record.path, record.state]);
    return Promise.resolve();
  };
  const observations = new Observations({ put }, clock, (write) => void write);
  const see = (path: string, state: string, role: ActorRole = 'worker') =>
    observations.observe({ path, state, role, incarnation: 1 });
  return { clock, puts, observations, see };
}

it('writes of many changes of one part the last, five times a second', () => {
  const { clock, puts, see } = observing();
  for (let n = 0; n < 1000; n += 1) see('/a', String(n));
  see('/b', 'up');
  expect(puts).toEqual([]);
  clock.increment(200);
  expect(puts).toEqual([
    ['/a', '999'],
    ['/b', 'up'],
  ]);
});

it('writes nothing while nothing changes, and begins again with the next change', () => {
  const { clock, puts, see } = observing();
  see('/a', '1');
  clock.increment(10_000);
  see('/a', '2');
  clock.increment(199);
  expect(puts).toEqual([['/a', '1']]);
  clock.increment(1);
  expect(puts).toEqual([
    ['/a', '1'],
    ['/a', '2'],
  ]);
});

it('keeps nothing of plain machines and queues, and no faults', () => {
  const { clock, puts, see } = observing();
  see('/m', 'running', 'machine');
  see('/q', 'running', 'queue');
  see('/a', 'fault');
  clock.increment(1000);
  expect(puts).toEqual([]);
});

it('can be made to write at once, and not a second time', () => {
  const { clock, puts, observations, see } = observing();
  see('/a', '1');
  observations.flush();
  clock.increment(1000);
  expect(puts).toEqual([['/a', '1']]);
});

it('writes what goes on changing, and not again what does not', () => {
  const { clock, puts, see } = observing();
  see('/still', 'up');
  for (let n = 0; n < 8; n += 1) {
    see('/busy', String(n));
    clock.increment(50);
  }
  expect(puts).toEqual([
    ['/still', 'up'],
    ['/busy', '3'],
    ['/busy', '7'],
  ]);
});
