// Uses the package that is installed in the current folder, as a user would. Says what went wrong and exits 1.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const espalier = join(process.cwd(), 'node_modules', '.bin', 'espalier');
const folder = mkdtempSync(join(tmpdir(), 'espalier-smoke-'));
const input = join(folder, 'input');
const db = join(folder, 'smoke.db');
writeFileSync(input, 'one\ntwo words\nthree\n');

const run = use('run', '--exec', 'printf %s {}', '--input', input, '--db', db, '--jobs', '2');
assert.equal(run.status, 0, run.stderr);
assert.match(run.stderr, /^run \S+\n/);
const rows = run.stdout.trimEnd().split('\n').map(JSON.parse);
assert.deepEqual(
  rows.map((row) => [row.index, row.status, row.output.stdout]),
  [
    [0, 'succeeded', 'one'],
    [1, 'succeeded', 'two words'],
    [2, 'succeeded', 'three'],
  ],
);

const [, id] = run.stderr.match(/^run (\S+)\n/);
assert.equal(use('rows', id, '--db', db, '--json').stdout, run.stdout);
assert.equal(use('run', '--exec', 'false', '--input', input, '--db', db).status, 1);
assert.equal(use('run', '--exec', 'no-such-program', '--input', input, '--db', db).status, 2);
console.log(`Node ${process.version}: ${rows.length} rows, as expected`);

function use(...args) {
  return spawnSync(process.execPath, [espalier, ...args], { encoding: 'utf8', timeout: 60_000 });
}
