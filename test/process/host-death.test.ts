import { afterEach, describe, expect, it } from 'vitest';
import { DoomedHost, mopUp, program } from './doomed-host.js';

const NASTY = [
  'ignores-signals.sh',
  'child-in-own-session.sh',
  'daemon.pl',
  'stopped.sh',
  'stopped-group.sh',
  'stopped-in-own-session.sh',
  'closes-all-files.pl',
  'overwrites-environment.pl',
  'overwrites-environment-in-own-group.pl',
  'keeps-re-forking.pl',
  'revives-its-child.pl',
];

let host: DoomedHost | undefined;
afterEach(() => {
  if (host) mopUp(host);
});

describe('when a host is killed with SIGKILL', () => {
  it.each(NASTY)('nothing is left of %s', async (name) => {
    host = new DoomedHost({ programs: [program(name)] });
    await host.ready();
    process.kill(host.pid, 'SIGKILL');
    const took = await host.gone();
    console.log(name, took);
    expect(took.programs).toBeLessThan(1_000);
  });
  it.each(NASTY)('with its forker, nothing is left of %s', async (name) => {
    host = new DoomedHost({ programs: [program(name)] });
    await host.ready();
    process.kill(host.pid, 'SIGKILL');
    process.kill(host.forker, 'SIGKILL');
    const took = await host.gone();
    console.log(name, took);
    expect(took.programs).toBeLessThan(1_000);
  });
});
