import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listPids, readCommandLine, readEnvironment, readStat } from '../../../src/transport/process/proc/proc.js';
import { required } from '../../support/required.js';
import { hostCommand, program } from './doomed-host.js';
import { NASTY } from './nasty.js';
import { line, lives, newRunId, until } from './support.js';

// It starts many processes, and that takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const IS_ROOT = required('root, for namespaces', process.getuid?.() === 0);

let host: ChildProcessWithoutNullStreams | undefined;
// With its first process a namespace ends.
afterEach(() => void host?.kill('SIGKILL'));

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // Gone, or a zombie.
    return '';
  }
}

/** A host that is the first process of a pid namespace, where nobody collects orphans. */
async function firstProcess(programs: readonly string[]) {
  const runId = newRunId();
  const words = [
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
    ...hostCommand({ runId, programs: programs.map(program) }),
  ];
  const wrapper = spawn('unshare', words);
  host = wrapper;
  wrapper.stderr.pipe(process.stderr);
  for (;;) if (JSON.parse(await line(wrapper.stdout)).ready) break;
  const first = listPids().find((pid) => readStat(pid)?.parent === wrapper.pid) ?? 0;
  const namespace = namespaceOf(first);
  expect(namespace).not.toBe(namespaceOf(process.pid));
  const others = () => listPids().filter((pid) => pid !== first && namespaceOf(pid) === namespace && lives(pid));
  const forker = () => others().find((pid) => isForker(pid, runId)) ?? 0;
  const programsOf = () =>
    others().filter(
      (pid) =>
        !isForker(pid, runId) &&
        !/\/(guardian\.sh|sweep\/main\.js)$/.test(readCommandLine(pid)[1] ?? '') &&
        readCommandLine(pid)[0] !== 'espalier-zygote',
    );
  return { first, others, forker, programs: programsOf };
}

function isForker(pid: number, runId: string): boolean {
  const environment = readEnvironment(pid);
  return environment !== null && typeof environment !== 'symbol' && environment.includes(`ESPALIER_FORKER=${runId}`);
}

describe.skipIf(!IS_ROOT)('a host that is the first process of a pid namespace', () => {
  it('ends every nasty program when it stops, zombies aside', async () => {
    const { first, others, programs } = await firstProcess(NASTY);
    expect(programs().length).toBeGreaterThan(NASTY.length);
    host?.stdin.write('close\n');
    await until('nothing but the host is left', () => others().length === 0, 25_000);
    expect(lives(first)).toBe(true);
  });

  it('loses every program with its forker, and goes on', async () => {
    const { first, forker, programs } = await firstProcess(NASTY);
    const old = forker();
    const before = programs();
    process.kill(old, 'SIGKILL');
    await until(
      'there is another forker, and no program',
      () => ![0, old].includes(forker()) && programs().length === 0,
      25_000,
    );
    expect(before.filter(lives)).toEqual([]);
    expect(lives(first)).toBe(true);
  });
});
