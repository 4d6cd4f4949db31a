import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { notStarted } from '../../../../src/transport/process/program/not-started.js';

const folder = mkdtempSync(join(tmpdir(), 'not-started-'));
afterAll(() => rmSync(folder, { recursive: true }));

// It was there when it was looked up: removed or changed since, by an update say.
it.each([
  ['ENOENT', 'absent', 'it does not exist'],
  ['ENOTDIR', 'plain/program', 'it does not exist'],
  ['EACCES', 'plain', 'it is not executable'],
  ['EACCES', '.', 'it is a folder'],
])('a program that does not start is told by what has become of its file: %s of %s', (code, name, why) => {
  writeFileSync(join(folder, 'plain'), '', { mode: 0o644 });
  const program = join(folder, name);
  const refusal = Object.assign(new Error(`exec: ${code}`), { code });
  const error = notStarted({ command: [program], cwd: folder }, refusal);
  expect(error).toMatchObject({ code: 'ESP_SPAWN', context: { reason: code } });
  expect(error.message).toBe(`program ${JSON.stringify(program)} did not start: ${why}`);
});
