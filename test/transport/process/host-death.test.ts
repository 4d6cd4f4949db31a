import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createHostDirectory } from '../../../src/transport/process/host-files/directory.js';
import { DoomedHost, mopUp, program } from './doomed-host.js';
import { NASTY } from './nasty.js';

let host: DoomedHost | undefined;
afterEach(() => {
  if (host) mopUp(host);
});

// How quickly it goes is measured by `promises.alone.test.ts`, for each kind of death by `matrix.alone.test.ts`.
describe('when a host is killed with SIGKILL', () => {
  it('nothing is left of programs of every nasty kind', async () => {
    const doomed = new DoomedHost({ programs: NASTY.map(program) });
    host = doomed;
    await doomed.ready();
    await doomed.struck(() => process.kill(doomed.pid, 'SIGKILL'));
    await doomed.gone();
  });

  it('with its forker, nothing is left of them either', async () => {
    const doomed = new DoomedHost({ programs: NASTY.map(program) });
    host = doomed;
    await doomed.ready();
    await doomed.struck(() => {
      process.kill(doomed.pid, 'SIGKILL');
      process.kill(doomed.forker, 'SIGKILL');
    });
    await doomed.gone();
  });

  it('while its forker loads, its folder goes with the forker, which was told nothing yet', async () => {
    const folder = await createHostDirectory();
    const main = fileURLToPath(new URL('../../../dist/transport/process/forker/main.js', import.meta.url));
    const forker = spawn(process.execPath, [main, folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    forker.disconnect();
    expect(await once(forker, 'exit')).toEqual([0, null]);
    expect(existsSync(folder)).toBe(false);
  });
});
