import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listPids, readCommandLine, readStat } from '../../../src/transport/process/proc/proc.js';
import { required } from '../../support/required.js';
import { lives, text, until } from '../../transport/process/support.js';

const BUILT = fileURLToPath(new URL('../../../dist/', import.meta.url));
/** A user who runs nothing else. */
const NOBODY = 54_321;

async function run(script: string, env: NodeJS.ProcessEnv = {}, cwd = newFolder()) {
  const child = spawn('/bin/sh', ['-c', script], {
    cwd,
    env: { ...process.env, ...env, BUILT },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code, cwd };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-shortage-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Whether another user's limit of processes can be tried. */
function mayChangeUser(): boolean {
  return required(
    'the right to run as another user',
    process.getuid?.() === 0 && ['/usr/bin/setpriv', '/usr/bin/prlimit'].every(existsSync),
  );
}

describe('a machine that is short of something', () => {
  it('has a run wait for files instead of failing its slots, and says so', async () => {
    const { stdout, stderr, code, cwd } = await run(
      `ulimit -n 256; seq 150 | node "$BUILT/cli/main.js" run --exec 'sh -c "sleep .5"' --jobs 120 --retries 3 --input -`,
    );
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; attempts: number });
    expect(code).toBe(0);
    expect(rows).toHaveLength(150);
    expect(rows.filter(({ status, attempts }) => status !== 'succeeded' || attempts !== 1)).toEqual([]);
    expect(stderr).toContain('programs wait to be started: this process may have no more files open (see ulimit -n)');
    const events = await run(`node "$BUILT/cli/main.js" events`, {}, cwd);
    expect(events.stdout).toMatch(/shortage\.began[\s\S]*shortage\.ended/);
  });

  it('refuses a run before anything where FIFOs cannot be made', async () => {
    const cwd = newFolder();
    mkdirSync(join(cwd, 'bin'));
    for (const [name, path] of Object.entries({ node: process.execPath, sh: '/bin/sh' })) {
      symlinkSync(path, join(cwd, 'bin', name));
    }
    const env = { PATH: join(cwd, 'bin') };
    const { stdout, stderr, code } = await run(
      `echo a | node "$BUILT/cli/main.js" run --exec 'sh -c :' --input -`,
      env,
      cwd,
    );
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(/^espalier: mkfifo was not found on PATH .*ESP_PLATFORM/);
    expect((await run(`node "$BUILT/cli/main.js" runs --json`, {}, cwd)).stdout).toBe('');
  });

  it.skipIf(!mayChangeUser())('has executions wait for processes', async () => {
    const script = `
      import { createSystem, pool } from '${BUILT}index.js';
      const system = await createSystem({ name: 'x', store: ':memory:', children: [
        pool({ id: 'sleep', mode: 'exec', command: ['/bin/sleep', '0.3'], size: 30 })] });
      const all = await Promise.allSettled(Array.from({ length: 60 }, () => system.execPool('sleep').exec({})));
      console.log(all.filter(({ value }) => value?.exitCode === 0).length);
      await system.stop();`;
    const { stdout, stderr } = await asNobody(60, script);
    expect([stdout, stderr]).toEqual(['60\n', expect.stringContaining('no more processes are allowed')]);
    await until('its processes are gone', () => ofNobody().length === 0);
  });

  it.skipIf(!mayChangeUser())('fails a start that cannot be, in time and in words, and leaves nothing', async () => {
    const script = `
      import { createSystem, pool } from '${BUILT}index.js';
      try {
        await createSystem({ name: 'x', store: ':memory:', children: [pool({ id: 'p', mode: 'exec', command: ['/bin/true'], size: 1 })] });
      } catch ({ code, message }) { console.log(code, message); }`;
    const { stdout } = await asNobody(18, script);
    expect(stdout).toMatch(/^ESP_SPAWN .*ulimit -u/);
    await until('its processes are gone', () => ofNobody().length === 0);
    expect(readdirSync('/dev/shm').filter(isNobodys)).toEqual([]);
  });
});

function asNobody(processes: number, script: string) {
  const cwd = newFolder();
  const file = join(cwd, 'host.mjs');
  writeFileSync(file, script, { mode: 0o644 });
  execFileSync('chmod', ['755', cwd]);
  const user = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups`;
  return run(`exec ${user} prlimit --nproc=${processes}:${processes} node ${file}`, { HOME: '/tmp' }, cwd);
}

/** Other tests make folders there at the same time. */
function isNobodys(name: string): boolean {
  return statSync(join('/dev/shm', name), { throwIfNoEntry: false })?.uid === NOBODY;
}

function ofNobody(): readonly (readonly string[])[] {
  const pids = execFileSync('sh', ['-c', `ps -u ${NOBODY} -o pid= || true`], { encoding: 'utf8' });
  const living = pids
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0 && lives(pid));
  return living.filter((pid) => listPids().includes(pid) && readStat(pid) !== null).map(readCommandLine);
}
