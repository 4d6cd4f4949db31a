import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Project, page, root } from './project.js';

const project = new Project();

/** The line of the README that calls the example, as somebody types it who stands in a clone. */
const [, line = ''] = /^(python3 examples\/paragraphs\.py .*)$/m.exec(page('README.md')) ?? [];

/** A place to stand in that has what a clone has, `espalier` on the PATH, and a store of its own. */
function typed(place: string, command: string) {
  const cwd = join(project.folder, place);
  mkdirSync(join(cwd, 'bin'), { recursive: true });
  for (const name of ['docs', 'examples']) symlinkSync(join(root, name), join(cwd, name));
  const main = join(root, 'dist', 'cli', 'main.js');
  const start = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
  writeFileSync(join(cwd, 'bin', 'espalier'), start, { mode: 0o755 });
  const env = { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env.PATH}` };
  const run = (words: string) => {
    return spawnSync('sh', ['-c', words], { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  };
  return { ...run(command), run };
}

const rowsOf = (stdout: string) => stdout.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text)]));

it('the worker of the README embeds every paragraph of the docs, in their order, and always the same', () => {
  const { status, stdout, stderr, run } = typed('one', line);
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^run \S+\n(?:.*\n)*completed: \d+ succeeded in /)]);
  const rows = rowsOf(stdout);
  expect(rows.length).toBeGreaterThan(300);
  for (const [index, row] of rows.entries()) {
    expect(row).toMatchObject({ index, status: 'succeeded', attempts: 1, result: { source: row.input.source } });
    expect(row.result.vector).toHaveLength(32);
  }
  const [id] = /\S+(?=\n)/.exec(stderr.slice('run '.length)) ?? [];
  const digest = /^digest +(\S+)$/m;
  const again = typed('other', line.replace('--jobs 2', '--jobs 1'));
  const [otherId] = /\S+(?=\n)/.exec(again.stderr.slice('run '.length)) ?? [];
  const [own, other] = [run(`espalier show ${id}`), again.run(`espalier show ${otherId}`)];
  expect(digest.exec(own.stdout)?.[1]).toMatch(/^\S{8,}$/);
  expect(digest.exec(other.stdout)?.[1]).toBe(digest.exec(own.stdout)?.[1]);
});

it('a text without a word is a row that failed, with the code that the worker gives it', () => {
  const command = `echo '{"text":"1 + 1","source":"sum"}' | ${line.slice(line.indexOf('espalier run'))}`;
  const { status, stdout, run, stderr } = typed('empty', command);
  expect(status).toBe(1);
  expect(rowsOf(stdout)).toMatchObject([{ status: 'failed', error: { code: 'NO_WORDS' } }]);
  const [id] = /\S+(?=\n)/.exec(stderr.slice('run '.length)) ?? [];
  expect(run(`espalier why ${id}:0`).stdout).toMatch(/^The call of embed for slot \S+ failed: .*NO_WORDS/);
});
