import { existsSync } from 'node:fs';
import { afterEach, describe, it, vi } from 'vitest';
import { required } from '../../support/required.js';
import { DEATHS } from './deaths.js';
import { DoomedHost, mopUp, program } from './doomed-host.js';
import { NASTY } from './nasty.js';

// It starts many processes, and that takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const BUSYBOX = '/usr/bin/busybox';
const PRESENT = required('root and busybox', process.getuid?.() === 0 && existsSync(BUSYBOX));

/** Runs a host where `/bin/sh` is busybox, for it and for all that it starts. */
const WITH_BUSYBOX = [
  'unshare',
  '--mount',
  '/bin/sh',
  '-c',
  `mount --bind ${BUSYBOX} "$(readlink -f /bin/sh)" && exec "$@"`,
  'sh',
];

let host: DoomedHost | undefined;
afterEach(() => {
  if (host) mopUp(host);
});

const deaths = DEATHS.filter(({ name }) => ['host SIGKILL', 'forker', 'host and forker', 'normal stop'].includes(name));

describe.skipIf(!PRESENT)('where /bin/sh is busybox', () => {
  it.each(deaths)('nothing is left of programs of every nasty kind after $name', async (death) => {
    const doomed = new DoomedHost({ programs: NASTY.map(program), wrapper: WITH_BUSYBOX, zygote: false });
    host = doomed;
    await doomed.ready();
    await doomed.struck(() => death.strike(doomed));
    if (death.hostLives) doomed.say('stop');
    await doomed.gone();
  });
});
