import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/machines/events.js';
import type { DueSchedule, DueSchedules } from '../../../src/persistence/store.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { ScheduleClock } from '../../../src/work/schedules/schedule-clock.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A clock of schedules with one schedule in its store, and a wall clock that can be set. */
function wound(nextAt: number, everyMs: number) {
  const timers = new SimulatedClock();
  const wall = { ahead: 0 };
  const told: unknown[] = [];
  const made: number[] = [];
  const store = { nextAt, looks: 0, failing: false, failed: [] as DueSchedules['failed'], moves: true };
  let heard: (events: readonly JournalEvent[]) => void = () => undefined;
  const now = () => timers.now() + wall.ahead;
  const clock = new ScheduleClock({
    runId: 'me',
    clock: {
      now,
      setTimeout: (fn, ms) => timers.setTimeout(fn, ms),
      clearTimeout: (timer) => timers.clearTimeout(timer),
    },
    schedules: {
      due: async (at) => {
        store.looks += 1;
        if (store.failing) throw new Error('disk');
        const due: DueSchedule[] = [];
        const instants = { newest: [store.nextAt], earlier: null, next: null };
        if (store.nextAt <= at) due.push({ name: 's', revision: 1, cursor: 0, due: instants });
        return { due, failed: store.failed, nextAt: store.nextAt > at ? store.nextAt : null };
      },
      tick: async (_owner, due) => {
        if (!store.moves) return 0;
        made.push(...due.flatMap((one) => one.due.newest));
        store.nextAt += everyMs;
        return due.length;
      },
    },
    journal: {
      onCommit: (listener) => {
        heard = listener;
        return () => {
          heard = () => undefined;
        };
      },
    },
    onFault: (error) => void told.push(error),
  });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 100) {
      timers.increment(Math.min(100, left));
      for (let turns = 0; turns < 8; turns += 1) await turn();
    }
  };
  const set = (at: number) => {
    store.nextAt = at;
    const data = { schedule: 's', change: 'created', nextAt: at } as const;
    heard([{ type: 'schedule.set', data, seq: 1, runId: 'me', at: 0 }]);
  };
  return { clock, timers, wall, made, told, store, pass, set };
}

describe('the clock of schedules', () => {
  it('makes what is due when it is due, and what is due already at its start', async () => {
    const { clock, made, pass } = wound(0, 1500);
    clock.start();
    await pass(0);
    await turn();
    await pass(2900);
    expect(made).toEqual([0, 1500]);
    await pass(100);
    expect(made).toEqual([0, 1500, 3000]);
    await clock.stop();
  });

  it('sleeps a second at most, however far the next instant is', async () => {
    const { clock, timers, pass } = wound(2 ** 40, 1);
    clock.start();
    await pass(100);
    expect(timers.pending).toEqual([1100]);
    await clock.stop();
    expect(timers.pending).toEqual([]);
  });

  it('finds out within a second that the clock was set, and makes nothing when it was set back', async () => {
    const { clock, wall, made, pass, timers } = wound(3_600_000, 3_600_000);
    clock.start();
    await pass(500);
    wall.ahead = 24 * 3_600_000;
    await pass(1000);
    expect(made).toHaveLength(24);
    wall.ahead = 0;
    await pass(5000);
    expect(made).toHaveLength(24);
    expect(timers.pending).toHaveLength(1);
    await clock.stop();
  });

  it('hears at once of a schedule that its own host sets', async () => {
    const { clock, made, pass, set } = wound(2 ** 40, 2 ** 40);
    clock.start();
    await pass(100);
    set(300);
    await pass(200);
    expect(made).toEqual([300]);
    await clock.stop();
  });

  it('goes on after a store that failed, and tells of it', async () => {
    const { clock, made, told, pass, store } = wound(500, 2 ** 40);
    clock.start();
    store.failing = true;
    await pass(1000);
    expect(made).toEqual([]);
    expect(told.length).toBeGreaterThan(0);
    store.failing = false;
    await pass(1000);
    expect(made).toEqual([500]);
    await clock.stop();
  });

  it('tells once of a schedule that this host cannot compute', async () => {
    const { clock, told, pass, store } = wound(2 ** 40, 1);
    store.failed = [{ name: 'x', message: 'no such time zone' }];
    clock.start();
    await pass(3000);
    expect(told).toEqual([expect.objectContaining({ message: expect.stringContaining('no such time zone') })]);
    await clock.stop();
  });

  it('does not run in circles while another host decides', async () => {
    const { clock, pass, store } = wound(0, 1);
    store.moves = false;
    clock.start();
    await pass(900);
    expect(store.looks).toBeLessThan(10);
    await clock.stop();
  });

  it('writes nothing once it has stopped', async () => {
    const { clock, made, pass, set } = wound(500, 500);
    clock.start();
    await clock.stop();
    set(600);
    await pass(2000);
    expect(made).toEqual([]);
  });
});
