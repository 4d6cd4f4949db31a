import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { OutputFlusher } from '../../src/actors/output-flusher.js';
import { SimulatedClock } from '../../src/testing/index.js';
import { Capture } from '../../src/transport/process/capture.js';

function flushing(fails = false) {
  const clock = new SimulatedClock();
  const written: string[] = [];
  const errors: unknown[] = [];
  const append = async (_: unknown, { stdout }: { stdout: Uint8Array }) => {
    written.push(Buffer.from(stdout).toString());
    if (fails) throw new Error('disk full');
  };
  const flusher = new OutputFlusher({ append }, clock, (error) => void errors.push(error));
  const capture = new Capture();
  const stdout = new PassThrough();
  capture.attach(stdout, new PassThrough());
  const end = flusher.watch({ run: 'r', index: 0, attempt: 1 }, capture);
  const say = async (text: string) => {
    stdout.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number) => {
    clock.increment(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { written, errors, capture, say, pass, end };
}

it('writes what is new, and nothing when nothing is', async () => {
  const { written, say, pass } = flushing();
  await pass(1000);
  await say('a');
  await say('b');
  await pass(1000);
  await pass(5000);
  await say('c');
  await pass(1000);
  expect(written).toEqual(['ab', 'c']);
});

it('leaves what came last to the end of the attempt', async () => {
  const { written, say, pass, end, capture } = flushing();
  await say('a');
  end();
  await pass(5000);
  expect([written, Buffer.from(capture.take().stdout).toString()]).toEqual([[], 'a']);
});

it('frees what it has read also when it could not be written, says so, and goes on', async () => {
  const { written, errors, say, pass, capture } = flushing(true);
  await say('a');
  await pass(1000);
  expect(capture.pending).toBe(false);
  await say('b');
  await pass(1000);
  expect([written, errors.length]).toEqual([['a', 'b'], 2]);
});
