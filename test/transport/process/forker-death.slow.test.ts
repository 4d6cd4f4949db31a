import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ForkerSpawner } from '../../../src/transport/process/forker/client.js';
import type { ForkerInfo } from '../../../src/transport/process/forker/era.js';
import { listPids, readCommandLine } from '../../../src/transport/process/proc/proc.js';
import { createForkerSpawner } from './built.js';
import { carriers, program } from './doomed-host.js';
import { canChoosePids, impostor } from './innocents.js';
import { finish, groupMembers, line, lives, newRunId, request, shell, until } from './support.js';

const open: ForkerSpawner[] = [];
afterEach(async () => {
  for (const spawner of open.splice(0)) await spawner.close();
});

async function start() {
  const runId = newRunId();
  const forkers: ForkerInfo[] = [];
  const ended: ForkerInfo[] = [];
  const spawner = await createForkerSpawner({
    runId,
    onForker: (forker) => void forkers.push(forker),
    onForkerExit: (forker) => void ended.push(forker),
  });
  open.push(spawner);
  return { runId, spawner, forkers, ended };
}

function guardians(runId: string): readonly number[] {
  return listPids().filter((pid) => {
    const words = readCommandLine(pid);
    return /\/(guardian\.sh|sweep\/main\.js)$/.test(words[1] ?? '') && words[2] === runId && lives(pid);
  });
}

describe('when the forker is killed', () => {
  it('ends what it started, says that nobody saw how, and goes on with the next one', async () => {
    const { runId, spawner, forkers, ended } = await start();
    const child = await spawner.spawn(shell('trap "" TERM HUP; setsid sleep 300 & echo $!; sleep 300'));
    const escaped = Number(await line(child.stdout));
    const first = spawner.identity;
    process.kill(first.pid, 'SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: null });
    await child.killGroup();
    expect((await child.sweep()).clean).toBe(true);
    expect([child.identity.pid, escaped].filter(lives)).toEqual([]);
    expect((await finish(await spawner.spawn(shell('echo next')))).stdout).toBe('next\n');
    expect(forkers.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(ended).toEqual([{ identity: first, generation: 1 }]);
    expect([spawner.generation, spawner.identity]).toEqual([2, forkers[1]?.identity]);
    expect(carriers(runId)).toEqual([]);
    expect(guardians(runId)).toHaveLength(1);
  });

  it('proves the same without its guardian', async () => {
    const { runId, spawner } = await start();
    const children = await Promise.all(
      ['overwrites-environment.pl', 'stopped-group.sh', 'daemon.pl'].map((name) =>
        spawner.spawn(request([...program(name)])),
      ),
    );
    const pids = await Promise.all(
      children.map(async (child) => [child.identity.pid, Number(await line(child.stdout))]),
    );
    for (const pid of [...guardians(runId), spawner.identity.pid]) process.kill(pid, 'SIGKILL');
    await Promise.all(children.map((child) => child.killGroup()));
    expect(pids.flat().filter((pid) => pid > 0 && lives(pid))).toEqual([]);
    expect(carriers(runId)).toEqual([]);
  });

  it('starts a program that was asked for meanwhile with the next one', async () => {
    const { spawner } = await start();
    for (let round = 2; round <= 4; round++) {
      process.kill(spawner.identity.pid, 'SIGKILL');
      const outputs = Array.from({ length: 5 }, async (_, i) => {
        try {
          return (await finish(await spawner.spawn(shell(`echo ${i}`)))).stdout;
        } catch (error) {
          // It had the request already; whether it started the program, nobody can tell.
          return error;
        }
      });
      for (const [i, output] of (await Promise.all(outputs)).entries()) {
        if (output !== `${i}\n`)
          expect(output === '' || (output as { code?: string }).code === 'ESP_WORKER_EXITED').toBe(true);
      }
      expect((await finish(await spawner.spawn(shell('echo after')))).stdout).toBe('after\n');
      expect(spawner.generation).toBe(round);
    }
  });

  it('leaves nothing of spawns that it died over', async () => {
    const { runId, spawner } = await start();
    const spawning = Promise.allSettled(
      Array.from({ length: 40 }, () => spawner.spawn(request(['/bin/sleep', '300']))),
    );
    await until('some are started', () => carriers(runId).length > 4);
    process.kill(spawner.identity.pid, 'SIGKILL');
    const results = await spawning;
    const children = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all(children.filter(({ generation }) => generation === 1).map((child) => child.killGroup()));
    const kept = children.filter(({ generation }) => generation > 1).map(({ identity }) => identity.pid);
    const leaders = () => carriers(runId).filter((pid) => readCommandLine(pid)[0] === '/bin/sleep');
    // Where no start was answered before, there is no group whose end could be awaited.
    const areKept = () => String([...leaders()].sort()) === String([...kept].sort());
    await until('what it died over is gone, and nothing else', areKept);
    await spawner.close();
    expect(carriers(runId)).toEqual([]);
    expect(existsSync(spawner.directory)).toBe(false);
  });

  it('closes all the same, at once and without leaving a guardian', async () => {
    const { runId, spawner } = await start();
    const child = await spawner.spawn(shell('setsid sleep 300 & echo $!; sleep 300'));
    const escaped = Number(await line(child.stdout));
    process.kill(spawner.identity.pid, 'SIGKILL');
    await spawner.close();
    expect([escaped, child.identity.pid].filter(lives)).toEqual([]);
    expect(guardians(runId)).toEqual([]);
    expect(existsSync(spawner.directory)).toBe(false);
  });

  it('does not take a SIGTERM to everything for its own', async () => {
    const { spawner, forkers } = await start();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(spawner.identity.pid, signal);
    expect((await finish(await spawner.spawn(shell('echo there')))).stdout).toBe('there\n');
    expect(forkers).toHaveLength(1);
  });
});

describe('when the guardian is killed', () => {
  it('gets a successor, which does its work', async () => {
    const { runId, spawner } = await start();
    await until('there is a guardian', () => guardians(runId).length > 0);
    const [first = 0] = guardians(runId);
    process.kill(first, 'SIGKILL');
    await until('there is another', () => guardians(runId).some((pid) => pid !== first));
    const child = await spawner.spawn(shell('setsid sleep 300 & echo $!; sleep 300'));
    const escaped = Number(await line(child.stdout));
    process.kill(spawner.identity.pid, 'SIGKILL');
    await until('the escaped is gone', () => !lives(escaped));
    await spawner.close();
    expect(guardians(runId)).toEqual([]);
  });
});

describe('a group whose watcher was killed', () => {
  it('is still killed while its program lives', async () => {
    const { spawner } = await start();
    const child = await spawner.spawn(shell('sleep 300 & echo $!; sleep 300'));
    const sleeper = Number(await line(child.stdout));
    const { pid } = child.identity;
    await until('watcher and both sleeps are there', () => groupMembers(pid).length === 4);
    for (const member of groupMembers(pid))
      if (readCommandLine(member).some((word) => /guard.sh$|espalier-watcher/.test(word)))
        process.kill(member, 'SIGKILL');
    await child.killGroup();
    expect([pid, sleeper].filter(lives)).toEqual([]);
  });

  it('is found by its cookie when its program ends', async () => {
    const { spawner } = await start();
    const child = await spawner.spawn(shell('sleep 300 & echo $!; exec sleep 301'));
    const sleeper = Number(await line(child.stdout));
    const { pid } = child.identity;
    await until('the program is there', () => readCommandLine(pid)[1] === '301');
    for (const member of groupMembers(pid)) if (![pid, sleeper].includes(member)) process.kill(member, 'SIGKILL');
    await until('the watcher is gone', () => groupMembers(pid).length === 2);
    child.signal('SIGTERM');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
    await child.killGroup();
    expect(lives(sleeper)).toBe(false);
  });

  it.skipIf(!canChoosePids())('is not taken for a group that got its number', async () => {
    const { spawner } = await start();
    const child = await spawner.spawn(shell('exit 0'));
    const { pid } = child.identity;
    await child.exited;
    await until('its group is gone', () => groupMembers(pid).length === 0);
    const innocent = await impostor(pid);
    await child.killGroup();
    child.signal('SIGTERM');
    expect(await child.sweep()).toEqual({ killed: [], suspects: [], clean: true });
    expect(lives(innocent.pid)).toBe(true);
    innocent.end();
  });
});
