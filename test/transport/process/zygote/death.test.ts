import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ForkerSpawner } from '../../../../src/transport/process/forker/client.js';
import { listPids, readCommandLine, readStat } from '../../../../src/transport/process/proc/proc.js';
import { killFrame, launchFrame } from '../../../../src/transport/process/zygote/orders.js';
import { type Report, ReportReader } from '../../../../src/transport/process/zygote/reports.js';
import { zygotePath } from '../../../../src/transport/process/zygote/zygote.js';
import { createForkerSpawner } from '../built.js';
import { carriers, program } from '../doomed-host.js';
import { finish, line, lives, newRunId, request, shell, until } from '../support.js';

const BUILT = `dist/transport/process/zygote/zygote-${process.arch}`;

const open: ForkerSpawner[] = [];
afterEach(async () => {
  for (const spawner of open.splice(0)) await spawner.close();
});

async function start() {
  const runId = newRunId();
  const spawner = await createForkerSpawner({ runId });
  open.push(spawner);
  const isZygote = (pid: number) =>
    readStat(pid)?.parent === spawner.identity.pid && readCommandLine(pid)[0] === 'espalier-zygote';
  let pid: number | undefined;
  await until('there is a zygote', () => {
    pid = listPids().find(isZygote);
    return pid !== undefined;
  });
  return { runId, spawner, zygote: pid ?? 0 };
}

const FILES = { stdin: '', stdout: '', stderr: '', socket: '', token: '', label: 'test', cookie: 'test.1.a' };
const ORDER = { ...FILES, cwd: '/', command: ['/bin/true'], env: {} };

/** A zygote without a forker, and a child of it that waits at a FIFO to which nobody writes. */
async function heldUp() {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-zygote-'));
  const never = join(folder, 'never');
  execFileSync('mkfifo', [never]);
  const zygote = spawn(fileURLToPath(new URL(`../../../../${BUILT}`, import.meta.url)), ['x'.repeat(1024)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ROOM: 'x'.repeat(4096) },
  });
  const exited = once(zygote, 'exit');
  zygote.stdin.write(launchFrame(1, { ...ORDER, stdin: never }));
  const starting = () => listPids().filter((pid) => readStat(pid)?.parent === zygote.pid);
  await until('the start is held up', () => starting().length === 1);
  const [held = 0] = starting();
  return { zygote, folder, held, exited, remove: () => rmSync(folder, { recursive: true }) };
}

// From the sources there is none: it is compiled into the build.
describe('the zygote', () => {
  it('is not looked for where it was not compiled', () => {
    expect(zygotePath()).toBeNull();
  });

  it('takes every program along when it is killed; the next forker brings the next zygote', async () => {
    const { runId, spawner, zygote } = await start();
    const child = await spawner.spawn(shell('trap "" TERM HUP; setsid sleep 300 & echo $!; sleep 300'));
    const escaped = Number(await line(child.stdout));
    process.kill(zygote, 'SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: null });
    await child.killGroup();
    expect((await child.sweep()).clean).toBe(true);
    expect([child.identity.pid, escaped].filter(lives)).toEqual([]);
    expect((await finish(await spawner.spawn(shell('echo next')))).stdout).toBe('next\n');
    expect(spawner.generation).toBe(2);
    expect(carriers(runId)).toEqual([]);
  });

  it('leaves its watchers, which kill when it is killed: what overwrote its environment nobody else would find', async () => {
    const { spawner, zygote } = await start();
    const child = await spawner.spawn(request(program('overwrites-environment.pl')));
    const { pid } = child.identity;
    onTestFinished(() => void (lives(pid) && process.kill(pid, 'SIGKILL')));
    expect(await line(child.stdout)).toBe('ready');
    process.kill(zygote, 'SIGKILL');
    await until('it is gone', () => !lives(pid), 15_000);
  });

  it('ends with its forker, stopped or not', async () => {
    const { spawner, zygote } = await start();
    const child = await spawner.spawn(request(['/bin/sleep', '300']));
    process.kill(zygote, 'SIGSTOP');
    process.kill(spawner.identity.pid, 'SIGKILL');
    await until('both are gone', () => !lives(zygote) && !lives(child.identity.pid));
  });

  it('ends with its forker though a start is held up, and takes that start along', async () => {
    const { zygote, held, exited, remove } = await heldUp();
    zygote.stdin.destroy();
    zygote.stdout.destroy();
    expect(await exited).toEqual([0, null]);
    await until('nothing is left of it', () => !lives(held));
    remove();
  });

  it('starts others while a start is held up, and refuses that one when its group is killed', async () => {
    const { zygote, folder, held, exited, remove } = await heldUp();
    const reports = new ReportReader();
    const told: Report[] = [];
    zygote.stdout.on('data', (chunk: Buffer) => told.push(...reports.read(chunk)));
    const [stdout, stderr] = ['out', 'err'].map((name) => join(folder, name)) as [string, string];
    for (const file of [stdout, stderr]) writeFileSync(file, '');
    zygote.stdin.write(launchFrame(2, { ...ORDER, stdout, stderr }));
    await until('the other ran', () => told.filter(({ id }) => id === 2).length === 3);
    expect(told.map(({ t, id }) => [t, id])).toEqual(
      expect.arrayContaining([
        ['started', 2],
        ['exited', 2],
      ]),
    );
    zygote.stdin.write(killFrame(1));
    await until('the held one is refused', () => told.some(({ t, id }) => t === 'failed' && id === 1));
    expect(lives(held)).toBe(false);
    zygote.stdin.end();
    expect(await exited).toEqual([0, null]);
    remove();
  });

  it('outlives the signals that end everything at a shutdown', async () => {
    const { spawner, zygote } = await start();
    // It blocks them before its first launch.
    await finish(await spawner.spawn(shell('exit 0')));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGPIPE'] as const)
      process.kill(zygote, signal);
    expect((await finish(await spawner.spawn(shell('echo there')))).stdout).toBe('there\n');
    expect(spawner.generation).toBe(1);
  });
});

describe('a program of the zygote', () => {
  it('is refused with the reason when it cannot be executed', async () => {
    const { spawner } = await start();
    await expect(spawner.spawn(request(['/nowhere/program']))).rejects.toMatchObject({ code: 'ESP_SPAWN' });
    await expect(spawner.spawn(request(['/etc/passwd']))).rejects.toMatchObject({
      code: 'ESP_SPAWN',
      message: expect.stringContaining('/etc/passwd'),
      context: { reason: 'EACCES' },
    });
  });

  it('may be a script that does not say by what it is to be read', async () => {
    const { spawner } = await start();
    const folder = mkdtempSync(join(tmpdir(), 'espalier-test-'));
    const script = join(folder, 'script');
    writeFileSync(script, 'echo "$0 $1"\n');
    chmodSync(script, 0o755);
    expect((await finish(await spawner.spawn(request([script, 'a b'])))).stdout).toBe(`${script} a b\n`);
    rmSync(folder, { recursive: true });
  });

  it('starts with no signal blocked or ignored', async () => {
    const { spawner } = await start();
    const { stdout } = await finish(
      await spawner.spawn(request(['/bin/grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status'])),
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toBe('SigBlk: 0000000000000000 SigIgn: 0000000000000000 ');
  });
});
