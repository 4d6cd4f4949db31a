import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../src/errors.js';
import { guardCommand, scriptPath } from '../../../../src/transport/process/scripts/guard.js';
import { required } from '../../../support/required.js';
import { groupMembers, line, lives, text, until } from '../support.js';

const started: ChildProcess[] = [];
afterEach(() => {
  // Their own lifelines end with them; a failed test may have left a group.
  for (const { pid } of started.splice(0)) if (pid !== undefined && groupMembers(pid).length > 0) killGroup(pid);
});

/** What was seen of it may be gone by now. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

interface Guarded {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly lifeline: Socket;
  readonly exit: Promise<readonly [code: number | null, signal: string | null]>;
}

function guard(shell: readonly string[], script: string): Guarded {
  return guarded(shell, ['/bin/sh', '-c', script]);
}

function guarded(shell: readonly string[], words: readonly string[]): Guarded {
  const [file = '', ...options] = shell;
  const args = [...options, scriptPath('guard.sh'), 'test:/guard', ...words];
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'] });
  started.push(child);
  const lifeline = child.stdio[4] as Socket;
  lifeline.on('error', () => lifeline.destroy()).resume();
  const exit = new Promise<readonly [number | null, string | null]>((resolve) => {
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  return { pid: child.pid ?? 0, child, lifeline, exit };
}

function out({ child }: Guarded) {
  if (child.stdout === null) throw new Error('no stdout');
  return child.stdout;
}

const SHELLS = [['/bin/sh'], ['/usr/bin/dash'], ['/bin/bash', '--posix'], ['/usr/bin/busybox', 'sh']];

describe.each(SHELLS.map((shell) => ({ name: shell.join(' '), shell })))('the guard under $name', ({ name, shell }) => {
  const present = required(name, existsSync(shell[0] ?? ''));

  it.skipIf(!present)('becomes the command: same pid, same exit', async () => {
    const guarded = guard(shell, 'echo $$; exit 7');
    expect(Number(await line(out(guarded)))).toBe(guarded.pid);
    expect(await guarded.exit).toEqual([7, null]);
    const killed = guard(shell, 'kill -SEGV $$');
    expect(await killed.exit).toEqual([null, 'SIGSEGV']);
  });

  it.skipIf(!present)('leaves no child behind on which a command would wait', async () => {
    const guarded = guard(shell, 'exec perl -e "exit(wait == -1 ? 0 : 9)"');
    expect(await guarded.exit).toEqual([0, null]);
  });

  it.skipIf(!present)('kills the group when the lifeline ends, whatever the command ignores', async () => {
    const guarded = guard(shell, 'trap "" HUP INT QUIT TERM USR1 USR2; sleep 300 & echo $!; kill -TERM 0; wait');
    const sleeper = Number(await line(out(guarded)));
    guarded.lifeline.end();
    expect(await guarded.exit).toEqual([null, 'SIGKILL']);
    await until('the group is gone', () => !lives(sleeper) && groupMembers(guarded.pid).length === 0);
  });

  it.skipIf(!present)('keeps watch while signals go to the whole group', async () => {
    const script =
      'trap "" HUP INT QUIT TERM USR1 USR2 ALRM PIPE; for s in HUP INT QUIT TERM USR1 USR2 ALRM PIPE; do kill -$s 0; done; echo sent; read -r x; sleep 300';
    const guarded = guard(shell, script);
    expect(await line(out(guarded))).toBe('sent');
    expect(guarded.lifeline.closed).toBe(false);
    guarded.lifeline.end();
    expect((await guarded.exit)[1]).toBe('SIGKILL');
  });

  it.skipIf(!present)('closes the lifeline in the command, and the port in the watcher', async () => {
    const guarded = guard(shell, '[ -e /proc/self/fd/4 ] && echo open || echo closed; read -r x; sleep 300');
    expect(await line(out(guarded))).toBe('closed');
    guarded.lifeline.end();
    await guarded.exit;
  });

  it.skipIf(!present)('shows PWD as it was asked to', async () => {
    const shown = await text(out(guarded(shell, ['-PWD=/else where', '/usr/bin/env'])));
    expect(shown).toContain('\nPWD=/else where\n');
    expect(await text(out(guarded(shell, ['-PWD', '/usr/bin/env'])))).not.toMatch(/^PWD=/m);
  });
});

describe('the command of a guard', () => {
  const order = { label: 'l', command: ['/bin/x', 'a'], cwd: '/w', cookie: 'c', port: false };

  it('takes names that a shell would change around it', () => {
    const { args, env } = guardCommand({ ...order, env: { A: '1', 'a.b': '2', IFS: 'x', PWD: '/w' } });
    expect(args.slice(1)).toEqual(['l', '/usr/bin/env', 'a.b=2', 'IFS=x', '/bin/x', 'a']);
    expect(env).toEqual({ A: '1', PWD: '/w', ESPALIER_COOKIE: 'c' });
  });

  it('costs no further exec for an ordinary environment', () => {
    const env = { PATH: '/bin', OLDPWD: '/', SHLVL: '2', _: '/bin/x', PWD: '/else' };
    const { args } = guardCommand({ ...order, env, port: true });
    expect(args.slice(1)).toEqual(['l', '-3', '-PWD=/else', '/bin/x', 'a']);
  });

  it('overrides a cookie that the caller would pass on', () => {
    expect(guardCommand({ ...order, env: { ESPALIER_COOKIE: 'forged' } }).env.ESPALIER_COOKIE).toBe('c');
  });

  it('refuses what env would take for a variable', () => {
    const odd = { ...order, command: ['/a=b/x'], env: { 'a.b': '2' } };
    expect(() => guardCommand(odd)).toThrow(expect.objectContaining({ code: 'ESP_SPAWN' }));
  });
});

describe('the environment of a guarded program', () => {
  it('has every variable, whatever its name', () => {
    const env: Record<string, string> = JSON.parse('{"__proto__":"a","constructor":"b","A":"c"}');
    const order = { label: 'test:/guard', command: ['/bin/true'], cwd: '/', env, cookie: 'x', port: false };
    expect(Object.entries(guardCommand(order).env)).toEqual(expect.arrayContaining(Object.entries(env)));
  });
});
