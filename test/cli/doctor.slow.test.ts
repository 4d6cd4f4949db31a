import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { required } from '../support/required.js';
import { newFolder, type Result, shell } from './espalier.js';

const PACKAGE = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
const BINDING = realpathSync(join(PACKAGE, 'build', 'Release', 'better_sqlite3.node'));
const mayMount = spawnSync('unshare', ['--mount', 'mount', '--bind', '/dev/null', BINDING]).status === 0;
const present = required('the right to mount something over a file', mayMount);

/** Runs a script where a mount of its own stands before it. */
async function behind(mount: string, script: string): Promise<Result> {
  const inside = `${mount}\n espalier() { "$NODE" "$MAIN" "$@"; }\n${script}`;
  return await shell(newFolder(), `export NODE MAIN; unshare --mount sh -c '${inside.replaceAll("'", "'\\''")}'`);
}

const findings = ({ stdout }: Result) => stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

it('tells what SQLite it has, who starts programs, and that one ran', async () => {
  const result = await shell(newFolder(), 'espalier doctor --json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(findings(result)).toEqual(
    expect.arrayContaining([
      { verdict: 'ok', check: 'SQLite', found: expect.stringMatching(/^3\.\d+/) },
      { verdict: 'ok', check: 'programs', found: expect.stringMatching(/started by the zygote$/) },
    ]),
  );
});

describe.skipIf(!present)('where SQLite cannot be loaded', () => {
  it.each([
    ['is broken', `mount --bind /dev/null ${BINDING}`],
    ['was not built', `mount -t tmpfs none ${dirname(BINDING)}`],
  ])('because its binding %s, doctor fails and says what to do, and so does a run', async (_, mount) => {
    const doctor = await behind(mount, 'espalier doctor --json');
    expect(doctor.code).toBe(1);
    const said = /SQLite cannot be loaded \(Node v.*\): run "npm rebuild better-sqlite3"/;
    expect(findings(doctor)).toContainEqual({ verdict: 'bad', check: 'SQLite', found: expect.stringMatching(said) });
    const { code, stdout, stderr } = await behind(mount, `echo a | espalier run --exec 'echo {}' --input -`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(said);
  });
});

describe.skipIf(!present)('where programs cannot be started', () => {
  it('doctor tries one, and fails with what came of it', async () => {
    const folder = new URL('../../dist/transport/process/zygote/', import.meta.url).pathname;
    const doctor = await behind(`mount --bind /bin/false '${folder}zygote-${process.arch}'`, 'espalier doctor --json');
    expect(doctor.code).toBe(1);
    expect(findings(doctor)).toContainEqual({ verdict: 'bad', check: 'programs', found: expect.any(String) });
  });
});
