import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Spawner } from '../../../src/transport/process/contract/spawner.js';
import { readCommandLine, readEnvironment, readStat } from '../../../src/transport/process/proc/proc.js';
import { required } from '../../support/required.js';
import { foreignElf, strangeFiles } from './strange-programs.js';
import { finish, groupMembers, line, lives, newRunId, request, shell, text, until } from './support.js';

/** From here on a shell, and what it becomes, leaves its memory in a file when a fault ends it. */
const DUMPS = 'ulimit -c unlimited';
const dumpsCore = required('the right to leave a core dump', leavesCore());

/** Whether the kernel says so of a program that a fault has ended: 128 in its status. */
function leavesCore(): boolean {
  const cwd = mkdtempSync(join(tmpdir(), 'espalier-core-'));
  const asks = `system q(kill -SEGV $$); print $? & 128`;
  const { stdout } = spawnSync('/bin/sh', ['-c', `${DUMPS}; exec perl -e '${asks}'`], { cwd, encoding: 'utf8' });
  rmSync(cwd, { recursive: true });
  return stdout === '128';
}

/** A kernel that was told how to run programs of other processors may do so. */
const knowsMore = !required('a kernel that runs programs of its own processor alone', runsOwnAlone());

function runsOwnAlone(): boolean {
  const kinds = '/proc/sys/fs/binfmt_misc';
  return !existsSync(kinds) || readdirSync(kinds).every((name) => name === 'register' || name === 'status');
}

type Made = Spawner & { readonly directory: string };

/** What every spawner does, whoever forks for it. */
export function describeSpawner(name: string, make: (runId: string) => Promise<Made>): void {
  describe(`the ${name} spawner`, () => {
    let spawner: Made;
    const runId = newRunId();
    beforeAll(async () => {
      spawner = await make(runId);
    });
    afterAll(() => spawner.close());

    describeStart(() => spawner, runId);
    describeStreams(() => spawner);
    describeEnds(() => spawner);
    describeClose(make);
  });
}

function describeStart(spawner: () => Made, runId: string): void {
  it.each([
    ['by its name', ['/bin/sh', '-c', 'echo "$0"'], 'sh', {}],
    [
      'by its name where only `env` can pass on the environment',
      ['/bin/sh', '-c', 'echo "$0"'],
      'sh',
      { 'odd.name': '1' },
    ],
    ['from its folder', ['/bin/sh', '-c', 'echo "$0"'], 'bin/sh', {}],
    ['by its path, without a word', ['/bin/sh', '-c', 'echo "$0"'], undefined, {}],
  ] as const)('calls a program %s', async (_, command, argv0, more) => {
    const env = { PATH: '/usr/bin:/bin', ...more };
    const { stdout } = await finish(await spawner().spawn({ ...request(command, { cwd: '/', env }), argv0 }));
    expect(stdout).toBe(`${argv0 ?? command[0]}\n`);
  });

  it('starts a script that does not say by what, by its word too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-word-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'plain'), 'echo "plain $1"\n', { mode: 0o755 });
    writeFileSync(join(folder, 'bang'), '#!/bin/sh\necho "${0##*/} $1"\n', { mode: 0o755 });
    for (const word of ['plain', 'bang']) {
      const env = { PATH: `${folder}:/usr/bin:/bin` };
      const sent = { ...request([join(folder, word), 'x'], { env }), argv0: word };
      expect((await finish(await spawner().spawn(sent))).stdout).toBe(`${word} x\n`);
    }
  });

  it('passes arguments, working folder and environment unchanged, and adds only the cookie', async () => {
    const env = {
      A: 'plain',
      PWD: '/somewhere/else',
      IFS: 'x',
      'odd.name': 'a b',
      'BASH_FUNC_exec%%': '() { echo fooled; }',
      LINES_IN: 'one\ntwo',
      EMPTY: '',
    };
    const command = [
      process.execPath,
      '-p',
      'JSON.stringify([process.argv.slice(1), process.cwd(), process.env])',
    ] as const;
    const words = ['', ' ', '-PWD', '$HOME', '"', "'", '*', 'ä\n'];
    const sent = request([...command, '--', ...words], { cwd: '/usr', env });
    const { stdout, exit } = await finish(await spawner().spawn(sent));
    expect(exit).toEqual({ code: 0, signal: null });
    const cookie = `${runId}.1.${sent.spawnId}`;
    expect(JSON.parse(stdout)).toEqual([words, realpathSync('/usr'), { ...env, ESPALIER_COOKIE: cookie }]);
  });

  it('adds no PWD to an environment without one', async () => {
    const { stdout } = await finish(await spawner().spawn(request(['/usr/bin/env'], { env: { A: '1' }, cwd: '/tmp' })));
    expect(stdout.split('\n').filter((entry) => !entry.startsWith('ESPALIER_COOKIE='))).toEqual(['A=1', '']);
  });

  it('reports the identity of the program itself', async () => {
    const child = await spawner().spawn(request(['/bin/sleep', '60']));
    const { pid } = child.identity;
    await until('the guard became the program', () => readCommandLine(pid)[0] === '/bin/sleep');
    const carries = () => String(readEnvironment(pid)).includes(`ESPALIER_COOKIE=${runId}.1.`);
    await until('it carries its cookie', carries);
    await child.killGroup();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it.each([
    ['a missing working folder', request(['/bin/true'], { cwd: '/nowhere' }), /\/nowhere/],
    ['too long an argument', request(['/bin/true', 'x'.repeat(200_000)]), /too long/],
    ['a zero byte in an argument', request(['/bin/true', 'a\0b']), /null bytes/],
  ])('rejects with ESP_SPAWN for %s and goes on', async (_, bad, why) => {
    await expect(spawner().spawn(bad)).rejects.toMatchObject({
      code: 'ESP_SPAWN',
      message: expect.stringMatching(why),
    });
    expect((await finish(await spawner().spawn(shell('echo ok')))).stdout).toBe('ok\n');
  });

  it('keeps no FIFOs of programs that did not start', async () => {
    const fifos = () => readdirSync(spawner().directory).filter((name) => /\.(out|err)$/.test(name));
    const starts = Array.from({ length: 150 }, () => spawner().spawn(request(['/bin/true'], { cwd: '/nowhere' })));
    expect((await Promise.allSettled(starts)).every(({ status }) => status === 'rejected')).toBe(true);
    // What is made ahead of need is a batch of 64 pairs beyond a stock of 32.
    await until('only those made ahead are there', () => fifos().length <= 2 * (64 + 32));
  });

  it.each(strangeFiles())(
    'says why the system does not run a file, and does not hand it to a shell: %s',
    async (_, content, why) => {
      const folder = mkdtempSync(join(tmpdir(), 'espalier-strange-'));
      const file = join(folder, 'program');
      writeFileSync(file, content, { mode: 0o755 });
      const said = { code: 'ESP_SPAWN', message: expect.stringMatching(why) };
      await expect(spawner().spawn(request([file]))).rejects.toMatchObject(said);
      rmSync(folder, { recursive: true });
    },
  );

  it.skipIf(knowsMore)('says of a program for another processor which one it is for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-strange-'));
    const file = join(folder, 'program');
    writeFileSync(file, foreignElf(22), { mode: 0o755 });
    const said = {
      code: 'ESP_SPAWN',
      message: expect.stringMatching(/it is a program for s390x, and this Node runs on/),
    };
    await expect(spawner().spawn(request([file]))).rejects.toMatchObject(said);
    rmSync(folder, { recursive: true });
  });

  it.each(['echo "$1 by the shell"\n', '#!\necho "$1 by the shell"\n'])(
    'runs a script without an interpreter as a shell would: %j',
    async (content) => {
      const folder = mkdtempSync(join(tmpdir(), 'espalier-strange-'));
      const file = join(folder, 'script');
      writeFileSync(file, content, { mode: 0o755 });
      const { stdout } = await finish(await spawner().spawn(request([file, 'run'])));
      expect(stdout).toBe('run by the shell\n');
      rmSync(folder, { recursive: true });
    },
  );

  it('refuses a spawn id that could not stand in a cookie, or that is running', async () => {
    await expect(spawner().spawn(shell('', { spawnId: 'a,b' }))).rejects.toMatchObject({ code: 'ESP_INVALID' });
    const sent = request(['/bin/sleep', '60']);
    const child = await spawner().spawn(sent);
    await expect(spawner().spawn(sent)).rejects.toMatchObject({ code: 'ESP_CONFLICT' });
    await child.killGroup();
  });

  it('has the label in front of the command in the command line of the watcher', async () => {
    const child = await spawner().spawn(request(['/bin/sleep', '61'], { label: `${runId}:/embed/workers/1` }));
    const { pid } = child.identity;
    await until('the program is there', () => readCommandLine(pid)[0] === '/bin/sleep');
    const watcher = groupMembers(pid).find((member) => member !== pid);
    const words = readCommandLine(watcher ?? 0);
    expect(words.slice(words.indexOf(`${runId}:/embed/workers/1`) + 1).filter((word) => word !== '-PWD')).toEqual([
      '/bin/sleep',
      '61',
    ]);
    await child.killGroup();
  });
}

function describeStreams(spawner: () => Made): void {
  it('lets a program open /dev/stdout and /dev/stderr', async () => {
    const script = 'echo one >/dev/stderr; echo two | tee /dev/stderr; echo three >/dev/stdout';
    expect(await finish(await spawner().spawn(shell(script)))).toMatchObject({
      stdout: 'two\nthree\n',
      stderr: 'one\ntwo\n',
    });
  });

  it('loses no output of programs that end at once', async () => {
    const runs = Array.from({ length: 100 }, async (_, i) => {
      const { stdout, exit } = await finish(await spawner().spawn(request(['/bin/echo', String(i)])));
      expect(exit).toEqual({ code: 0, signal: null });
      return stdout;
    });
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}\n`));
  });

  it('delivers megabytes complete to a slow reader', async () => {
    const child = await spawner().spawn(shell('echo start >&2; head -c 5000000 /dev/zero | tr "\\0" x'));
    expect(await line(child.stderr)).toBe('start');
    expect((await text(child.stdout)).length).toBe(5_000_000);
    expect(await child.exited).toEqual({ code: 0, signal: null });
    await child.killGroup();
  });

  it('ends a stream that the program closes while it lives on', async () => {
    const child = await spawner().spawn(shell('echo last; exec >&- 2>&-; exec sleep 60'));
    expect([await text(child.stdout), await text(child.stderr)]).toEqual(['last\n', '']);
    expect(lives(child.identity.pid)).toBe(true);
    await child.killGroup();
  });

  it('gives standard input as a file that ends, and /dev/null without one', async () => {
    const bytes = Buffer.from(`${'0123456789'.repeat(100_000)}\n`);
    expect((await finish(await spawner().spawn(request(['/bin/cat'], { stdin: bytes })))).stdout).toHaveLength(
      1_000_001,
    );
    const none = await finish(await spawner().spawn(shell('cat; readlink /proc/self/fd/0')));
    expect(none.stdout).toBe('/dev/null\n');
  });

  it('leaves no other file open in a program, and no FIFO behind', async () => {
    const script = 'for fd in /proc/self/fd/[0-9]; do readlink "$fd" | grep -c socket; done; exit 0';
    const { stdout } = await finish(await spawner().spawn(shell(script, { stdin: Buffer.from('x') })));
    expect(stdout.replaceAll('0\n', '')).toBe('');
    await until('nothing but the stock is left', () =>
      readdirSync(spawner().directory).every((file) => !file.endsWith('.in')),
    );
  });

  it('carries a port in both directions, early bytes included', async () => {
    const script = 'read -r a <&3; echo "got $a" >&3; read -r b <&3; echo "then $b" >&3; cat';
    const stdin = Buffer.from('input');
    const child = await spawner().spawn(request(['/bin/bash', '-c', script], { port: true, stdin }));
    const port = child.port;
    if (port === null) throw new Error('no port');
    port.write('first\n');
    expect(await line(port)).toBe('got first');
    port.write('second\n');
    expect(await line(port)).toBe('then second');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(await text(port)).toBe('');
    expect(await text(child.stdout)).toBe('input');
    await child.killGroup();
  });
}

function describeEnds(spawner: () => Made): void {
  it.each([
    ['exit 0', { code: 0, signal: null }],
    ['exit 3', { code: 3, signal: null }],
    ['exit 126', { code: 126, signal: null }],
    ['exit 127', { code: 127, signal: null }],
    ['exit 137', { code: 137, signal: null }],
    ['kill -TERM $$', { code: null, signal: 'SIGTERM' }],
    ['kill -KILL $$', { code: null, signal: 'SIGKILL' }],
    ['kill -SEGV $$', { code: null, signal: 'SIGSEGV' }],
  ])('reports how `%s` ended, exactly', async (script, exit) => {
    expect((await finish(await spawner().spawn(shell(script)))).exit).toEqual(exit);
  });

  it.skipIf(!dumpsCore)('reports the signal that ended a program, also when it left its memory behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-core-'));
    const script = `${DUMPS}; exec perl -e 'kill SEGV => $$; sleep 60'`;
    const { exit } = await finish(await spawner().spawn(shell(script, { cwd: folder })));
    rmSync(folder, { recursive: true });
    expect(exit).toEqual({ code: null, signal: 'SIGSEGV' });
  });

  it('signals the program alone, and nobody after its end', async () => {
    const script = 'trap "echo caught" TERM; sleep 60 & echo $!; while :; do wait; done';
    const child = await spawner().spawn(shell(script));
    const sleeper = Number(await line(child.stdout));
    child.signal('SIGTERM');
    expect(await line(child.stdout)).toBe('caught');
    expect([child.identity.pid, sleeper].filter(lives)).toHaveLength(2);
    await child.killGroup();
    expect([child.identity.pid, sleeper].filter(lives)).toHaveLength(0);
    child.signal('SIGTERM');
  });

  it('kills the group of a program that ignores signals, stopped or not', async () => {
    const child = await spawner().spawn(
      shell('trap "" TERM INT HUP; sleep 60 & sleep 60 & echo $!; kill -STOP $$; wait'),
    );
    const sleeper = Number(await line(child.stdout));
    child.signal('SIGTERM');
    await child.killGroup();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect([lives(sleeper), lives(child.identity.pid)]).toEqual([false, false]);
  });

  it('kills what a program leaves in its group when it ends, asked to or not', async () => {
    const child = await spawner().spawn(shell('sleep 60 & echo $!; exit 0'));
    const sleeper = Number(await line(child.stdout));
    await until('it is gone', () => !lives(sleeper));
    expect(await child.exited).toEqual({ code: 0, signal: null });
    await child.killGroup();
  });

  it('kills a group that is stopped, its watcher included', async () => {
    const script = 'sleep 60 & echo $!; kill -STOP 0; exit 3';
    const child = await spawner().spawn(shell(script));
    const sleeper = Number(await line(child.stdout));
    const { pid } = child.identity;
    await until('all are stopped', () => groupMembers(pid).every((member) => readStat(member)?.state === 'T'));
    await child.killGroup();
    expect([sleeper, pid].filter(lives)).toEqual([]);
  });

  it('starts a program that stops its whole group at once, and what comes after it', async () => {
    // The sooner the stop comes, the less of what keeps watch is ready for it.
    const children = await Promise.all(Array.from({ length: 24 }, () => spawner().spawn(shell('kill -STOP 0'))));
    expect((await finish(await spawner().spawn(shell('echo next')))).stdout).toBe('next\n');
    await Promise.all(children.map((child) => child.killGroup()));
    expect(children.filter(({ identity }) => lives(identity.pid))).toEqual([]);
  });

  it('kills what a program leaves in its group, though the watcher is stopped', async () => {
    const child = await spawner().spawn(shell('sleep 60 & echo $!; exec sleep 61'));
    const { pid } = child.identity;
    const sleeper = Number(await line(child.stdout));
    await until('the program is there', () => readCommandLine(pid)[1] === '61');
    for (const member of groupMembers(pid)) if (member !== pid) process.kill(member, 'SIGSTOP');
    child.signal('SIGTERM');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
    await child.killGroup();
    expect(groupMembers(pid)).toEqual([]);
    expect(lives(sleeper)).toBe(false);
  });

  it('leaves no child in a program on which it would wait', async () => {
    const waits = 'exit(wait == -1 ? 0 : 9)';
    expect((await finish(await spawner().spawn(request(['/usr/bin/perl', '-e', waits])))).exit.code).toBe(0);
  });

  it('keeps watch while a program signals its whole group', async () => {
    const names = 'HUP INT QUIT TERM USR1 USR2 ALRM PIPE';
    const script = `trap "" ${names}; for s in ${names}; do kill -$s 0; done; echo sent; sleep 300`;
    const child = await spawner().spawn(shell(script));
    expect(await line(child.stdout)).toBe('sent');
    await until('shell, sleep and watcher are there', () => groupMembers(child.identity.pid).length === 3);
    await child.killGroup();
    expect(groupMembers(child.identity.pid)).toEqual([]);
  });

  it('sweeps what left the session, and leaves the group of a living program alone', async () => {
    const child = await spawner().spawn(shell('setsid sleep 60 & echo $!; sleep 60'));
    const escaped = Number(await line(child.stdout));
    await until('it has a session of its own', () => groupMembers(escaped).length > 0);
    await until('shell, sleep and watcher are there', () => groupMembers(child.identity.pid).length === 3);
    const before = groupMembers(child.identity.pid);
    const report = await child.sweep();
    expect(report).toEqual({ killed: [escaped], suspects: [], clean: true });
    expect(groupMembers(child.identity.pid)).toEqual(before);
    await child.killGroup();
    expect(await child.sweep()).toEqual({ killed: [], suspects: [], clean: true });
  });
}

function describeClose(make: (runId: string) => Promise<Made>): void {
  it('closes during spawns: everything is gone, the folder too, and later spawns are refused', async () => {
    const spawner = await make(newRunId());
    const running = await spawner.spawn(shell('setsid sleep 60 & echo $!; trap "" TERM; sleep 60'));
    const escaped = Number(await line(running.stdout));
    const late = Promise.allSettled(Array.from({ length: 20 }, () => spawner.spawn(request(['/bin/sleep', '60']))));
    await Promise.all([spawner.close(), spawner.close()]);
    const pids = [escaped, running.identity.pid];
    for (const result of await late) {
      if (result.status === 'fulfilled') pids.push(result.value.identity.pid);
      else expect(result.reason).toMatchObject({ code: 'ESP_STOPPED' });
    }
    expect(pids.filter(lives)).toEqual([]);
    expect(existsSync(spawner.directory)).toBe(false);
    await expect(spawner.spawn(shell(''))).rejects.toMatchObject({ code: 'ESP_STOPPED' });
    await running.killGroup();
    expect((await running.sweep()).clean).toBe(true);
  });
}
