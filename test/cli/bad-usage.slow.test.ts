import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.js';
import { espalier, espalierHere, linesFile, newFolder } from './espalier.js';

/** The command is refused by name with exit 2, prints nothing, and leaves the folder as it was. */
async function expectRefusal(folder: string, args: readonly string[], message: RegExp, stdin?: string | Uint8Array) {
  const before = readdirSync(folder);
  const result = await (stdin === undefined ? espalierHere(folder, args) : espalier(folder, args, stdin));
  expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result.stderr).not.toMatch(/^run /m);
  expect(readdirSync(folder)).toEqual(before);
}

describe('bad usage of run starts nothing', () => {
  const options: [string[], RegExp][] = [
    [['--jobs', '0'], /--jobs.*1 to 1024/],
    [['--jobs', '2000'], /--jobs.*1 to 1024/],
    [['--jobs', '1.5'], /--jobs.*1 to 1024/],
    [['--jobs', 'many'], /--jobs.*many.*1 to 1024/],
    [['--jobs', '-1'], /--jobs/],
    [['--retries', 'x'], /--retries.*0 to 1000/],
    [['--timeout', '0'], /--timeout.*a whole number from 1\./],
    [['--timeout', '1e3'], /--timeout/],
    [['--on-lost', 'ignore'], /--on-lost.*retry, fail/],
    [['--name', ''], /--name/],
    [['--nonsense'], /--nonsense/],
    [['stray'], /too many arguments/],
    [['--db', ''], /--db/],
  ];
  it.each(options)('%j', async (extra, message) => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    await expectRefusal(folder, ['run', '--exec', 'cat {}', '--input', 'input', ...extra], message);
  });

  const commands: [string, RegExp][] = [
    ['', /command is empty/],
    ['cat {} | wc', /\| at position 7.*--shell/],
    ['cat {} > out', /> at position 7.*--shell/],
    ['echo $HOME', /\$ at position 5.*--shell/],
    ["echo 'a", /single quote.*never closed/],
    ['echo {name}', /\{name\}/],
    ['echo {.}', /\{\.\}/],
    ['no-such-program-here {}', /no-such-program-here.*PATH/],
    ['./not/here {}', /\.\/not\/here/],
    ['./plain {}', /plain.*not executable/],
    ['/tmp {}', /\/tmp.*directory/],
  ];
  it.each(commands)('the command %j', async (command, message) => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    writeFileSync(join(folder, 'plain'), '#!/bin/sh\n', { mode: 0o644 });
    await expectRefusal(folder, ['run', '--exec', command, '--input', 'input'], message);
  });

  it('a port for the inspector that somebody else has', async () => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const args = ['run', '--exec', 'cat {}', '--input', 'input', '--inspect', port];
    await expectRefusal(folder, args, new RegExp(`--inspect: cannot listen on 127.0.0.1:${port} .EADDRINUSE`));
    await once(other.close(), 'close');
  });

  it('no command and no input', async () => {
    await expectRefusal(newFolder(), ['run', '--input', '-'], /--exec/);
    await expectRefusal(newFolder(), ['run', '--exec', 'true'], /--input/);
  });

  it('an input that is missing, a folder, or not text', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'binary'), Uint8Array.from([97, 10, 255, 254, 10]));
    writeFileSync(join(folder, 'nul'), 'a\0b\n');
    const run = ['run', '--exec', 'cat {}', '--input'];
    await expectRefusal(folder, [...run, 'none'], /input file none does not exist/);
    await expectRefusal(folder, [...run, '.'], /input file \. is a directory/);
    await expectRefusal(folder, [...run, 'binary'], /binary: line 2 is not UTF-8/);
    await expectRefusal(folder, [...run, 'nul'], /nul: line 1 contains a NUL/);
    await expectRefusal(folder, [...run, '-'], /standard input: line 1 is not UTF-8/, Uint8Array.from([0xc3]));
  });

  it('a line that lacks a field of the command', async () => {
    const folder = newFolder();
    linesFile(folder, ['{"a":1}', '', '{"b":1}']);
    const run = ['run', '--exec', 'echo {.a}', '--input', 'input'];
    await expectRefusal(folder, run, /input: line 3: input 1 has no field "a"/);
    await expectRefusal(folder, ['run', '--exec', 'echo {.a}', '--input', '-'], /line 1.*not JSON/, 'plain\n');
  });
});

describe('a store that cannot be used is refused as it is', () => {
  const run = ['run', '--exec', 'true', '--input', 'input', '--db'];

  it('a file that is no store', async () => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    writeFileSync(join(folder, 'text.db'), 'this is not a database, and long enough to be looked at\n'.repeat(100));
    await expectRefusal(folder, [...run, 'text.db'], /text\.db.*\(ESP_STORE_CORRUPT\)/);
    await expectRefusal(folder, ['runs', '--db', 'text.db'], /text\.db.*\(ESP_STORE_CORRUPT\)/);
  });

  it('a folder', async () => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    mkdirSync(join(folder, 'store.db'));
    await expectRefusal(folder, [...run, 'store.db'], /store\.db.*\(ESP_STORE_UNUSABLE\)/);
  });

  it('a folder that may not be written', async () => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o500);
    await expectRefusal(folder, [...run, 'closed/x.db'], /closed\/x\.db.*\(ESP_STORE_UNUSABLE\)/);
  });

  it('one that somebody else holds', async () => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    using other = sqlite(join(folder, 'held.db'));
    other.db.exec('BEGIN EXCLUSIVE');
    await expectRefusal(folder, [...run, 'held.db'], /held\.db.*\(ESP_STORE_LOCKED\)/);
  });

  it('one of a later version', async () => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    await espalier(folder, [...run, 'later.db', '--quiet']);
    using other = sqlite(join(folder, 'later.db'));
    other.db.pragma('user_version = 9999');
    await expectRefusal(folder, [...run, 'later.db'], /later\.db.*9999.*\(ESP_STORE_FUTURE\)/);
    await expectRefusal(folder, ['runs', '--db', 'later.db'], /later\.db.*9999.*\(ESP_STORE_FUTURE\)/);
  });
});

/** A connection of another program to the file; closed when its scope ends. */
function sqlite(file: string): { readonly db: Database.Database } & Disposable {
  const db = new Database(file);
  return { db, [Symbol.dispose]: () => void db.close() };
}

describe('reading a store that is not there is an error, and makes none', () => {
  const commands = [['runs'], ['rows', 'r'], ['show', 'r'], ['logs', 'r:0'], ['tree'], ['ps'], ['events'], ['janitor']];
  it.each([...commands, ['pause', 'r'], ['stop', 'r'], ['continue', 'r']])('%s', async (...args) => {
    await expectRefusal(newFolder(), args, /\.espalier\/espalier\.db.*\(ESP_STORE_MISSING\)/);
  });

  it('whatever its name', async () => {
    await expectRefusal(newFolder(), ['runs', '--db', 'other.db'], /other\.db.*\(ESP_STORE_MISSING\)/);
  });
});

describe('a name that is none is refused, and said', () => {
  it.each<[string[], RegExp]>([
    [['show', 'nope'], /no run nope in .*"espalier runs" lists them/],
    [['rows', 'nope'], /no run nope in .*"espalier runs" lists them/],
    [['logs', 'nope:0'], /no run nope in .*"espalier runs" lists them/],
    [['continue', 'nope'], /no run nope in .*"espalier runs" lists them/],
    [['events', '--type', 'slot.commited'], /--type.*slot\.commited.*slot\.committed/],
    [['why', '/exec', '--host', 'nope'], /there is no host nope/],
  ])('%j', async (args, message) => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    await espalier(folder, ['run', '--exec', 'true', '--input', 'input', '--quiet']);
    await expectRefusal(folder, args, message);
  });
});

describe('the command line itself', () => {
  it('shows its help with exit 0', async () => {
    const folder = newFolder();
    expect(await espalier(folder, ['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('continue') });
    expect(await espalier(folder, ['run', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--jobs'),
    });
  });

  it.each(['--version', '-V', 'version'])('says its version when asked with %s', async (asked) => {
    expect(await espalierHere(newFolder(), [asked])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it('refuses an unknown command, and no command, with exit 2', async () => {
    const folder = newFolder();
    expect(await espalier(folder, ['frobnicate'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('frobnicate'),
    });
    expect(await espalier(folder, [])).toMatchObject({ code: 2 });
  });

  it('shows a stack only when asked', async () => {
    const folder = newFolder();
    expect((await espalier(folder, ['runs'])).stderr).not.toMatch(/\n\s+at /);
    expect((await espalier(folder, ['runs', '--debug'])).stderr).toMatch(/\n\s+at /);
  });

  it.each([
    ['.espalier/espalier.db', 'ok', /is writable/],
    ['nowhere/x.db', 'bad', /nowhere does not exist: create it first/],
  ])('says of a store that is not there yet whether a run could make it: %s', async (db, verdict, found) => {
    const folder = newFolder();
    const { stdout } = await espalierHere(folder, ['doctor', '--json', '--db', db]);
    const findings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings.find(({ check }) => check === 'store')).toMatchObject({
      verdict,
      found: expect.stringMatching(found),
    });
  });

  it('finds this machine fit', async () => {
    const { code, stdout } = await espalier(newFolder(), ['doctor', '--json']);
    expect(code).toBe(0);
    const checks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).check);
    expect(checks).toEqual(expect.arrayContaining(['Node', 'sh', 'mkfifo', 'store']));
  });
});
