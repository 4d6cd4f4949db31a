import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { programFault } from '../../../../src/transport/process/program/program-file.js';
import { foreignElf, strangeFiles } from '../strange-programs.js';

const folder = mkdtempSync(join(tmpdir(), 'program-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer, mode = 0o755): string {
  const path = join(folder, `f${Math.random().toString(36).slice(2)}`);
  writeFileSync(path, content, { mode });
  return path;
}

describe('what keeps the kernel from running a file', () => {
  it.each(strangeFiles())('is seen: %s', (_, content, why) => {
    expect(programFault(file(content))).toMatch(why);
  });

  it('is another processor, by its name where that is known', () => {
    expect(programFault(file(foreignElf(8)))).toMatch(/^it is a program for MIPS, and this Node runs on /);
    expect(programFault(file(foreignElf(9999)))).toMatch(/^it is a program for another processor \(ELF machine 9999\)/);
  });

  it('is an interpreter that is a folder, or may not be run', () => {
    const plain = file('', 0o644);
    expect(programFault(file(`#! ${plain} -x\n`))).toBe(
      `its first line names the interpreter ${JSON.stringify(plain)}, which is not executable`,
    );
    expect(programFault(file('#!/usr\n'))).toMatch(/"\/usr", which is a folder$/);
  });

  it.each(['#!/bin/sh\n', '#! /usr/bin/env -S node --x\n', '#!\n', '#!  \n', 'echo hello\n', ''])(
    'is nothing that shows in a script that is well: %j',
    (content) => {
      expect(programFault(file(content))).toBeNull();
    },
  );

  it('is nothing that shows in a program of this machine, or in what is not there', () => {
    const copy = join(folder, 'node');
    copyFileSync('/bin/true', copy);
    expect([programFault(copy), programFault(process.execPath), programFault(join(folder, 'absent'))]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('is nothing that shows in a file that is cut off, at whatever byte', () => {
    const whole = readFileSync('/bin/true').subarray(0, 200);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => programFault(file(whole.subarray(0, length)))).not.toThrow();
    }
  });
});
