import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveProgram } from '../../../../src/transport/process/program/resolve.js';

const folder = mkdtempSync(join(tmpdir(), 'resolve-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'one', 'tool'), { recursive: true });
mkdirSync(join(folder, 'two'));
writeFileSync(join(folder, 'one', 'script'), '');
writeFileSync(join(folder, 'two', 'script'), '');
writeFileSync(join(folder, 'two', 'tool'), '');
chmodSync(join(folder, 'two', 'script'), 0o755);
chmodSync(join(folder, 'two', 'tool'), 0o755);
symlinkSync(join(folder, 'nowhere'), join(folder, 'two', 'dangling'));
const path = `${folder}/one:two:${folder}/absent`;

const resolve = (word: string) => resolveProgram(word, path, folder);
const failure = (reason: string, message: RegExp) =>
  expect.objectContaining({
    code: 'ESP_SPAWN',
    message: expect.stringMatching(message),
    context: expect.objectContaining({ reason }),
  });

describe('resolving a program', () => {
  it('takes the first executable file on PATH, past folders and files that are none', () => {
    expect(resolve('script')).toBe(join(folder, 'two', 'script'));
    expect(resolve('tool')).toBe(join(folder, 'two', 'tool'));
  });

  it('takes a word with a slash relative to the working folder, and an absolute one as it is', () => {
    expect(resolve('./two/tool')).toBe(join(folder, 'two', 'tool'));
    expect(resolve('/bin/sh')).toBe('/bin/sh');
  });

  it('takes an empty entry of PATH for the working folder', () => {
    expect(resolveProgram('tool', `${folder}/absent:`, join(folder, 'two'))).toBe(join(folder, 'two', 'tool'));
  });

  it('says whether it is missing, not executable or a folder', () => {
    expect(() => resolve('absent')).toThrow(failure('missing', /"absent" was not found on PATH/));
    expect(() => resolve('')).toThrow(failure('missing', /""/));
    expect(() => resolve('two/dangling')).toThrow(failure('missing', /does not exist/));
    expect(() => resolve('one/script')).toThrow(failure('not executable', /chmod \+x/));
    expect(() => resolve('one/tool')).toThrow(failure('a directory', /is a directory/));
    expect(() => resolve('script/x')).toThrow(failure('missing', /does not exist/));
  });
});
