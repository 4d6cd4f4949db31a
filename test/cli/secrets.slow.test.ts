import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createSystem, pool, type System } from 'espalier';
import { expect, it, onTestFinished } from 'vitest';
import { MASK } from '../../src/redact/redactor.js';
import { folder } from '../system/support/support.js';
import { main } from './espalier.js';

const run = promisify(execFile);

/** A secret that no name and no form tells of where it is printed. */
const SECRET = 'Zq81 plain 9x';

/** A command in a process whose environment is not the host's. */
function looking(db: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { ESP_TEST_TOKEN: _, ...rest } = process.env;
  return run(process.execPath, [main, ...words, '--db', db], { env: { ...rest, ...env } });
}

/** A host whose program has printed a secret of the host, and one that its options name. */
async function hostWithSecret(db: string): Promise<{ system: System; slot: string }> {
  process.env.ESP_TEST_TOKEN = SECRET;
  onTestFinished(() => void delete process.env.ESP_TEST_TOKEN);
  const children = [pool({ id: 'exec', mode: 'exec', command: ['sh', '-c', '{}'], size: 1 })];
  const inspector = { port: 0, redact: { values: ['swordfish'], keys: ['pin', /^x-/], patterns: [/\d{4}-\d{4}/] } };
  const system = await createSystem({ name: 'secrets', store: db, children, inspector });
  onTestFinished(() => system.stop());
  const script = `echo '${SECRET} swordfish pin=77 x-a=88 1234-5678' >&2; exit 3`;
  const started = await system.runs.start({ slots: [script], pool: '/exec' });
  await started.done();
  return { system, slot: `${started.id}:0` };
}

const LEAKS = [SECRET, 'swordfish', 'pin=77', 'x-a=88', '1234-5678'];

async function inspected(db: string, slot: string): Promise<{ body: string; said: string }> {
  const { ESP_TEST_TOKEN: _, ...env } = process.env;
  const child: ChildProcessByStdio<null, null, Readable> = spawn(process.execPath, [main, 'inspect', db], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  while (!/inspect \S+\n[^\n]+\n/.test(said)) said += String((await once(child.stderr, 'data'))[0]);
  const [, origin, token] = /inspect (\S+?)\/\?token=(\S+)/.exec(said) ?? [];
  const headers = { authorization: `Bearer ${token}` };
  const answers = [`why?target=${slot}`, `output?run=${slot.slice(0, -2)}&index=0`, 'tree'].map(async (what) =>
    (await fetch(`${origin}/api/${what}`, { headers })).text(),
  );
  return { body: (await Promise.all(answers)).join('\n'), said };
}

it('a living host is asked what it masks, by whoever shows what it has written', async () => {
  const db = join(folder(), 'app.db');
  const { slot } = await hostWithSecret(db);
  for (const words of [['events'], ['events', '--json'], ['why', slot], ['why', slot, '--json']]) {
    const { stdout, stderr } = await looking(db, words);
    for (const leak of LEAKS) expect(stdout, words.join(' ')).not.toContain(leak);
    expect(stdout).toContain(MASK);
    expect(stderr).toBe('');
  }
  const { body, said } = await inspected(db, slot);
  for (const leak of LEAKS) expect(body).not.toContain(leak);
  expect(body).toContain(MASK);
  expect(said).not.toContain('secrets');
});

it('of a dead host no more is promised than names and forms, and it is said', async () => {
  const db = join(folder(), 'app.db');
  const { system, slot } = await hostWithSecret(db);
  await system.stop();
  const told = `secrets are masked by name, by form and by the values of this environment alone: host ${system.runId} has ended`;
  for (const words of [['events'], ['why', slot]]) {
    const { stdout, stderr } = await looking(db, words);
    expect(stdout).toContain(SECRET);
    expect(stderr).toBe(`${told}\n`);
    expect((await looking(db, words, { OWN_SECRET: SECRET })).stdout).not.toContain(SECRET);
  }
  expect((await inspected(db, slot)).said).toContain(told);
});
