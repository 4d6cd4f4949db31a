import { join } from 'node:path';
import { machine } from 'espalier';
import { expect, it, onTestFinished } from 'vitest';
import { createMachine } from 'xstate';
import { tamper } from '../support/other-host.js';
import { create, folder, shells } from '../support/support.js';

it('a host that another has declared dead says so once, whatever else ends while it stops', async () => {
  const { exitCode } = process;
  onTestFinished(() => {
    // It has told this process that its work has failed.
    process.exitCode = exitCode;
  });
  const store = join(folder(), 'store.db');
  const logic = createMachine({
    on: {
      crash: {
        actions: () => {
          throw new Error('as told');
        },
      },
    },
  });
  const ended: string[] = [];
  const system = await create({
    store,
    children: [machine({ id: 'first', logic, restart: 'temporary' }), machine({ id: 'last', logic }), shells()],
    intensity: 0,
    onReport: ({ type, message }) => {
      if (type !== 'system.ended') return;
      ended.push(message);
      // With it the whole tree ends, while the host is still busy ending its processes.
      system.actor('last').send({ type: 'crash' });
    },
  });
  await system.execPool('shell').exec('true');
  tamper(store, "UPDATE hosts SET ended = 'dead', ended_at = ? WHERE run_id = ?", Date.now(), system.runId);
  // Any write may be the first to learn of it: here it is the note of this crash.
  system.actor('first').send({ type: 'crash' });
  expect(await system.ended).toMatchObject({ kind: 'crash', error: { code: 'ESP_FENCED' } });
  expect(ended).toEqual([expect.stringContaining('ESP_FENCED')]);
  await system.stop();
});
