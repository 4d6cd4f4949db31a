import { expect, it } from 'vitest';
import { fromCallback, SimulatedClock } from 'xstate';
import { Cell } from '../../src/actors/cell.js';

it('starts, receives and stops', async () => {
  const log: string[] = [];
  const logic = fromCallback(({ receive }) => {
    receive((event) => {
      log.push(event.type);
      if (event.type === 'boom') throw new Error('boom');
    });
    return () => {
      log.push('disposed');
    };
  });
  const make = () => new Cell({ path: '/a', incarnation: 1, logic, clock: new SimulatedClock(), role: 'machine' });
  const cell = make();
  await cell.start();
  cell.send({ type: 'x' });
  expect(await cell.stop(5000)).toEqual({ kind: 'shutdown' });
  expect(log).toEqual(['x', 'disposed']);
  const crash = make();
  await crash.start();
  crash.send({ type: 'boom' });
  expect(await crash.exited).toMatchObject({ kind: 'crash', error: { message: 'boom' } });
  expect(log).toEqual(['x', 'disposed', 'boom', 'disposed']);
});
