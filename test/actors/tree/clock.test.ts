import { expect, it } from 'vitest';
import { createMachine, raise } from 'xstate';
import { Cell } from '../../../src/actors/cell/cell.js';
import { machine } from '../../../src/actors/tree/spec.js';
import { type Clock, systemClock } from '../../../src/clock.js';
import { SimulatedClock } from '../../../src/testing/system/clock.js';
import { TimeLimit } from '../../../src/time-limit.js';
import { SavedTree } from '../durable/saved-tree.js';

const DAY = 24 * 3_600_000;
const MONTH = 30 * DAY;

/** Two waits of a month: XState's own, and an event that the machine sends itself later. */
const patient = createMachine({
  id: 'patient',
  initial: 'waiting',
  entry: raise({ type: 'reminded' }, { delay: MONTH + 1 }),
  states: {
    waiting: { after: { [MONTH]: 'due' } },
    due: { on: { reminded: 'reminded' } },
    reminded: {},
  },
});

const startOf = async (clock: Clock) => {
  const cell = new Cell({ path: '/p', incarnation: 1, logic: patient, clock, role: 'machine' });
  await cell.start();
  return cell;
};

/** Fires once what Node would fire at once has fired. */
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

it("waits a month by Node's own timers, which fire at once beyond 24 days", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const cell = await startOf(systemClock);
  const limit = new TimeLimit(systemClock, MONTH, undefined);
  await soon();
  expect(cell.getSnapshot()).toMatchObject({ value: 'waiting' });
  expect([limit.signal.aborted, limit.isLate]).toEqual([false, false]);
  limit.end();
  await cell.kill();
  await soon();
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});

it('waits a month, and no day less, by a clock that is moved', async () => {
  const clock = new SimulatedClock();
  const cell = await startOf(clock);
  clock.increment(MONTH - 1);
  expect(cell.getSnapshot()).toMatchObject({ value: 'waiting' });
  clock.increment(1);
  expect(cell.getSnapshot()).toMatchObject({ value: 'due' });
  clock.increment(1);
  expect(cell.getSnapshot()).toMatchObject({ value: 'reminded' });
});

it('leaves no timer behind when it is stopped', async () => {
  const clock = new SimulatedClock();
  await (await startOf(clock)).kill();
  expect(clock.pending).toEqual([]);
});

it('of a saved machine goes on with what is left of its month', async () => {
  const tree = new SavedTree();
  const child = machine({ id: 'p', logic: patient, persist: 'snapshot' });
  const first = await tree.next(child);
  tree.clock.increment(10 * DAY);
  await first.kill();
  tree.clock.increment(5 * DAY);
  const second = await tree.next(child);
  tree.clock.increment(15 * DAY - 1);
  expect(second.getSnapshot()).toMatchObject({ value: 'waiting' });
  tree.clock.increment(1);
  expect(second.getSnapshot()).toMatchObject({ value: 'due' });
  await second.kill();
});
