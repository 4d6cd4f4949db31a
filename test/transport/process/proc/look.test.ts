import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { fixture } from '../doomed-host.js';
import { line } from '../support.js';

/** What a process finds that has as many files open as it may have. */
async function withoutFiles(): Promise<Readonly<Record<string, unknown>>> {
  const built = new URL('../../../../dist/transport/process/', import.meta.url).href;
  const command = `ulimit -n 64; exec "${process.execPath}" "${fixture('has-no-files-left.mjs')}" "${built}"`;
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const found: unknown = JSON.parse(await line(child.stdout));
  expect(await once(child, 'exit')).toEqual([0, null]);
  return found as Readonly<Record<string, unknown>>;
}

describe('a process that can open no more files', () => {
  it('still sees who lives, and takes nobody for dead', async () => {
    expect(await withoutFiles()).toEqual({
      'with the spare': { self: true, gone: null, pids: true, uptime: true, resident: true, cpu: true },
      'without it': {
        self: 'CannotLook',
        gone: 'CannotLook',
        pids: 'CannotLook',
        uptime: false,
        resident: null,
        cpu: null,
      },
      presence: 'unknown',
      verdict: 'unproven',
      host: { dead: false, why: 'unseen' },
      afterwards: true,
    });
  });
});
