import { join } from 'node:path';
import { machine, openReader, readTree } from 'espalier';
import { expect, it } from 'vitest';
import { createMachine, fromCallback } from 'xstate';
import { create, folder } from './support.js';

const mortal = fromCallback(({ receive }) => {
  receive(() => {
    throw new Error('no such customer');
  });
});
const finished = createMachine({ initial: 'end', states: { end: { type: 'final' } }, output: () => 10n });

it('a store tells why what was observed has ended, whatever it threw or put out', async () => {
  const store = join(folder(), 'store.db');
  const system = await create({
    store,
    children: [
      machine({ id: 'mortal', logic: mortal, observe: true, restart: 'temporary' }),
      machine({ id: 'finished', logic: finished, observe: true, restart: 'temporary' }),
    ],
  });
  const down = new Promise((resolve) => system.monitor('mortal', resolve));
  system.actor('mortal').send({ type: 'die' });
  await down;
  await system.stop();

  const reader = await openReader(store);
  const { actors } = await readTree(reader).finally(() => reader.close());
  const found = actors.map(({ path, state, problem }) => [path, state, problem]);
  expect(found).toContainEqual(['/mortal', 'exited', 'Error: no such customer']);
  expect(found).toContainEqual(['/finished', 'exited', null]);
});
