import { afterEach, describe, expect, it } from 'vitest';
import { listPids, readCommandLine } from '../../../src/transport/process/proc/proc.js';
import { carriers, DoomedHost, hostCommand, mopUp, program } from './doomed-host.js';
import { lives, newRunId, until } from './support.js';

let outer: DoomedHost | undefined;
afterEach(() => {
  if (outer) mopUp(outer);
});

const PROGRAMS = ['overwrites-environment.pl', 'daemon.pl', 'child-in-own-session.sh', 'stopped-group.sh'];

async function nested(): Promise<{ host: DoomedHost; inner: string }> {
  const inner = newRunId();
  outer = new DoomedHost({ programs: [hostCommand({ runId: inner, programs: PROGRAMS.map(program) })] });
  await outer.ready();
  return { host: outer, inner };
}

function guardians(runId: string): readonly number[] {
  return listPids().filter((pid) => readCommandLine(pid)[2] === runId && lives(pid));
}

describe('a host that runs as a program of another', () => {
  it('gives its programs both cookies', async () => {
    const { host, inner } = await nested();
    expect(carriers(inner).length).toBeGreaterThan(PROGRAMS.length);
    // Some come and go; those that are there at both looks count.
    const outside = () => carriers(inner).filter((pid) => !carriers(host.runId).includes(pid) && lives(pid));
    await until('all carry both', () => outside().length === 0);
  });

  it('goes with all that it started when the outer one is killed', async () => {
    const { host, inner } = await nested();
    process.kill(host.pid, 'SIGKILL');
    await host.gone();
    expect(carriers(inner)).toEqual([]);
    await until('the inner guardian is gone', () => guardians(inner).length === 0);
  });

  it('goes with all that it started when both forkers and the outer host are killed', async () => {
    const { host, inner } = await nested();
    const forkers = host.known().filter((pid) => readCommandLine(pid)[0]?.startsWith('espalier-forker'));
    expect(forkers).toHaveLength(2);
    for (const pid of [...forkers, host.pid]) process.kill(pid, 'SIGKILL');
    await host.gone();
    expect(carriers(inner)).toEqual([]);
    await until('the inner guardian is gone', () => guardians(inner).length === 0);
  });
});
