import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { descriptorSink } from '../../../src/transport/stderr/sink.js';
import { folder } from '../../system/support/support.js';

/** A pipe whose ends never wait. */
function pipe() {
  const path = join(folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(writer));
  return { reader, writer };
}

it('takes what a pipe has room for, none when it is full, and again when there is room', () => {
  const { reader, writer } = pipe();
  const sink = descriptorSink(writer);
  const piece = Buffer.alloc(4096, 'x');
  let pieces = 0;
  while (sink(piece) === piece.length) pieces += 1;
  expect(pieces).toBeGreaterThan(0);
  expect(sink(piece)).toBe(0);
  readSync(reader, Buffer.alloc(8192));
  expect(sink(piece)).toBe(piece.length);
  closeSync(reader);
});

it('knows that a reader who has left does not come back', () => {
  const { reader, writer } = pipe();
  closeSync(reader);
  expect(descriptorSink(writer)(Buffer.from('x'))).toBe('gone');
});

it('waits for room on a full disk', () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  expect(descriptorSink(full)(Buffer.from('x'))).toBe(0);
});
