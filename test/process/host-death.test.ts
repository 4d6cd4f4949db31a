import { afterEach, describe, it } from 'vitest';
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
    await doomed.gone(20_000);
  });

  it('with its forker, nothing is left of them either', async () => {
    const doomed = new DoomedHost({ programs: NASTY.map(program) });
    host = doomed;
    await doomed.ready();
    await doomed.struck(() => {
      process.kill(doomed.pid, 'SIGKILL');
      process.kill(doomed.forker, 'SIGKILL');
    });
    await doomed.gone(20_000);
  });
});
