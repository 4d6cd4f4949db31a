import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newFolder, rowsOf, shell } from './espalier.js';

const GONE = 'mkdir gone; cd gone; rmdir ../gone;';

it('a working folder that is gone is said, by every command that needs one, and nothing is made', async () => {
  const folder = newFolder();
  for (const command of ['runs', 'tree', 'events', 'doctor', "run --exec 'echo {}' --input -"]) {
    const { code, stdout, stderr } = await shell(folder, `${GONE} espalier ${command} </dev/null`);
    expect([command, code, stdout]).toEqual([command, 2, '']);
    expect(stderr).toMatch(/^espalier: the working folder of this process is gone: .*\(ESP_PLATFORM\)\n$/);
  }
  expect(await shell(folder, `${GONE} espalier version`)).toMatchObject({ code: 0, stderr: '' });
  expect(await shell(folder, `${GONE} espalier --help`)).toMatchObject({ code: 0, stderr: '' });
});

it('a library whose working folder is gone says so too', async () => {
  const program = `
    import { createSystem, openReader } from '${new URL('../../dist/index.js', import.meta.url).href}';
    for (const store of [':memory:', undefined, '/tmp/nowhere.db'])
      await createSystem({ name: 'x', store }).catch(({ code }) => console.log(code));
    await openReader('x.db').catch(({ code }) => console.log(code));`;
  const folder = newFolder();
  writeFileSync(join(folder, 'program.mjs'), program);
  const { stdout } = await shell(folder, `${GONE} exec "$NODE" ${join(folder, 'program.mjs')}`);
  expect(stdout).toBe('ESP_PLATFORM\n'.repeat(4));
});

it('a variable whose name is not UTF-8 ends no command', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, '.espalier'));
  const odd = `B="$(printf 'B\\377D=x')"; odd() { env "$B" "$NODE" "$MAIN" "$@"; };`;
  const { code, stdout } = await shell(folder, `${odd} echo a | odd run --exec 'echo {}' --input -`);
  expect([code, rowsOf(stdout).map(({ status }) => status)]).toEqual([0, ['succeeded']]);
  for (const command of ['runs', 'tree', 'events', 'ps', 'janitor', 'doctor']) {
    const { code, signal, stderr } = await shell(folder, `${odd} odd ${command}`);
    expect([command, code, signal, stderr]).toEqual([command, 0, null, expect.not.stringContaining('espalier:')]);
  }
});

it('too few files to load the program are said in a sentence', async () => {
  for (const command of ['version', 'doctor', "run --exec 'echo {}' --input -"]) {
    const { code, stdout, stderr } = await shell(newFolder(), `ulimit -n 48; espalier ${command} </dev/null`);
    expect([command, code, stdout]).toEqual([command, 2, '']);
    expect(stderr).toMatch(/^espalier: too few files may be open here to load the program \(EMFILE\); .*ulimit -n\n$/);
  }
});
