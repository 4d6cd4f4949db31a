import { join } from 'node:path';
import { type JournalEvent, machine, openReader, readTree } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { expect, it } from 'vitest';
import { createMachine, fromCallback } from 'xstate';
import { create, folder, shells } from '../support/support.js';

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

it('a store tells how each forker has ended: one that was killed, and one that left when it was told to', async () => {
  const store = join(folder(), 'store.db');
  const system = await create({ store, children: [shells()] });
  const started = (generation: number) => (event: JournalEvent) =>
    event.type === 'forker.started' && event.data.generation === generation;
  const first = await untilEvent(system, started(1));
  if (first.type === 'forker.started') process.kill(first.data.pid, 'SIGKILL');
  await untilEvent(system, started(2));
  await system.stop();

  const reader = await openReader(store);
  const ends: unknown[] = [];
  for await (const event of reader.journal.tail({ after: 0 }))
    if (event.type === 'forker.exited') ends.push(event.data);
  await reader.close();
  expect(ends).toMatchObject([
    { generation: 1, code: null, signal: 'SIGKILL' },
    { generation: 2, code: 0, signal: null },
  ]);
});
