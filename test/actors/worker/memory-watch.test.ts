import { expect, it } from 'vitest';
import { MemoryWatch } from '../../../src/actors/worker/memory-watch.js';
import { SimulatedClock } from '../../../src/testing/index.js';

function watching() {
  const clock = new SimulatedClock();
  const resident = new Map<number, number>();
  const looked: number[] = [];
  const kernel: { kills: number | null } = { kills: 7 };
  const watch = new MemoryWatch(clock, {
    readResident: (pid) => {
      looked.push(pid);
      return resident.get(pid) ?? null;
    },
    readOomKills: () => kernel.kills,
  });
  return { clock, resident, looked, kernel, watch };
}

it('remembers what a process had when it was last seen alive', () => {
  const { clock, resident, watch } = watching();
  watch.watch(1);
  expect(watch.take(1).rssBytes).toBeNull();
  watch.watch(1);
  resident.set(1, 4096);
  clock.increment(1000);
  resident.delete(1);
  clock.increment(1000);
  expect(watch.take(1)).toEqual({ rssBytes: 4096, oomKills: 0 });
  expect(watch.take(1).rssBytes).toBeNull();
});

it('tells a kill that was counted just before, and not one of long ago', () => {
  const { clock, kernel, watch } = watching();
  watch.watch(1);
  watch.watch(2);
  kernel.kills = 8;
  clock.increment(1000);
  expect(watch.take(1).oomKills).toBe(1);
  clock.increment(1000);
  clock.increment(1000);
  expect(watch.take(2).oomKills).toBe(0);
});

it('counts no kill when it does not know how many there were before, or cannot ask now', () => {
  const { clock, kernel, watch } = watching();
  kernel.kills = null;
  watch.watch(1);
  kernel.kills = 7;
  expect(watch.take(1).oomKills).toBe(0);
  watch.watch(2);
  clock.increment(2000);
  kernel.kills = null;
  expect(watch.take(2).oomKills).toBe(0);
  kernel.kills = 8;
  watch.watch(3);
  expect(watch.take(3).oomKills).toBe(1);
});

it('counts no kill from before it watched anything', () => {
  const { clock, kernel, watch } = watching();
  watch.watch(1);
  watch.forget(1);
  clock.increment(1000);
  kernel.kills = 12;
  clock.increment(60_000);
  watch.watch(2);
  expect(watch.take(2).oomKills).toBe(0);
  watch.watch(3);
  kernel.kills = 13;
  expect(watch.take(3).oomKills).toBe(1);
});

it('looks at many processes a few at a time, and at none when none is watched', () => {
  const { clock, looked, watch } = watching();
  for (let pid = 1; pid <= 100; pid += 1) watch.watch(pid);
  clock.increment(1000);
  expect(looked).toHaveLength(64);
  clock.increment(1);
  expect(new Set(looked).size).toBe(100);
  for (let pid = 1; pid <= 100; pid += 1) watch.forget(pid);
  clock.increment(5000);
  expect(looked).toHaveLength(100);
  watch.watch(1);
  watch.close();
  clock.increment(5000);
  expect(looked).toHaveLength(100);
});
