import { createWriteStream } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { Output } from '../../../src/cli/print/output.js';

/** A stream whose writes all end with an error of that code. */
function broken(code: string, more: object = {}): Writable {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
  return Object.assign(stream, more);
}

async function after(stream: Writable, ...lines: readonly string[]): Promise<Output> {
  const output = new Output(stream);
  for (const line of lines) await output.line(line);
  await output.settled();
  return output;
}

it('knows once it has settled that what it wrote did not arrive, be it the only line', async () => {
  for (const lines of [['one'], ['one', 'two', 'three'], ['x'.repeat(1_000_000)]]) {
    const output = await after(createWriteStream('/dev/full'), ...lines);
    expect(output.failure).toMatchObject({ code: 'ENOSPC' });
    expect(output.closed.aborted).toBe(true);
  }
});

it('takes a reader that went away for an end, not for a failure', async () => {
  for (const stream of [broken('EPIPE'), broken('ECONNRESET'), broken('EIO', { isTTY: true })]) {
    const output = await after(stream, 'one', 'two');
    expect([output.failure, output.closed.aborted]).toEqual([null, true]);
  }
});

it('takes every other refusal for a failure, that of a disk too', async () => {
  for (const code of ['EIO', 'ENOSPC', 'EFBIG', 'EDQUOT', 'EBADF', 'EACCES']) {
    expect((await after(broken(code), 'one')).failure).toMatchObject({ code });
  }
});

it('has settled when nothing was written, and waits for a slow reader until then', async () => {
  expect((await after(new PassThrough())).failure).toBeNull();
  const slow: (() => void)[] = [];
  const output = new Output(new Writable({ write: (_chunk, _encoding, done) => void slow.push(done) }));
  await output.line('one');
  let settled = false;
  const waiting = output.settled().then(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  expect(settled).toBe(false);
  slow[0]?.();
  await waiting;
  expect(output.failure).toBeNull();
});

it('is one for each stream, so that every part of a command knows', () => {
  const stream = new PassThrough();
  expect(Output.of(stream)).toBe(Output.of(stream));
});
