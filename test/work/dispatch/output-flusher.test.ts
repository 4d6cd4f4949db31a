import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { EspalierError } from '../../../src/errors.js';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import type { OutputChunk } from '../../../src/persistence/contract/attempts.js';
import { KEPT_OUTPUT_BYTES } from '../../../src/stream-text.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { Capture } from '../../../src/transport/process/capture.js';
import { OutputFlusher } from '../../../src/work/dispatch/output-flusher.js';

const full = new EspalierError('ESP_STORE_FULL', 'the disk is full');

/** @param fault what a write meets, by its number from 0 on */
function flushing(fault: (write: number) => unknown = () => null, everyMs?: number) {
  const clock = new SimulatedClock();
  const [written, errors]: [string[], unknown[]] = [[], []];
  let [writes, truncated] = [0, false];
  const append = async (_: unknown, { stdout, dropped }: OutputChunk) => {
    const error = fault(writes++);
    // As a disk answers: later.
    await new Promise((resolve) => setImmediate(resolve));
    if (error !== null) throw error;
    written.push(Buffer.from(stdout).toString());
    truncated ||= dropped;
    return 'kept' as const;
  };
  const flusher = new OutputFlusher({ append }, clock, (error) => void errors.push(error), everyMs);
  const capture = new Capture();
  const stdout = new PassThrough();
  capture.attach(stdout, new PassThrough());
  const end = flusher.watch({ jobId: slotJobId('r', 0), epoch: 1, attempt: 1 }, capture);
  const say = async (text: string) => {
    stdout.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number) => {
    clock.increment(ms);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const rest = () => Buffer.from(capture.take().stdout).toString();
  const facts = () => ({ written, errors, writes, truncated });
  return { facts, capture, clock, say, pass, rest, end };
}

it('writes what is new, and nothing when nothing is', async () => {
  const { facts, say, pass } = flushing();
  await pass(1000);
  await say('a');
  await say('b');
  await pass(1000);
  await pass(5000);
  await say('c');
  await pass(1000);
  expect(facts()).toMatchObject({ written: ['ab', 'c'], writes: 2 });
});

it('writes as often as it is told', async () => {
  const { facts, say, pass } = flushing(undefined, 500);
  await say('a');
  await pass(499);
  expect(facts().writes).toBe(0);
  await pass(1);
  expect(facts().written).toEqual(['a']);
});

it('leaves what came last to the end of the attempt', async () => {
  const { facts, say, pass, end, rest } = flushing();
  await say('a');
  await end();
  await pass(5000);
  expect([facts().written, rest()]).toEqual([[], 'a']);
});

it('writes what the disk refused once it has room, in order and without a gap', async () => {
  const { facts, say, pass } = flushing((write) => (write < 2 ? full : null));
  for (const text of ['a', 'b', 'c', 'd']) {
    await say(text);
    await pass(1000);
  }
  expect(facts()).toEqual({ written: ['abc', 'd'], errors: [], writes: 4, truncated: false });
});

it('keeps no more of what is refused than is kept of a stream, and says so', async () => {
  const { facts, say, pass, capture } = flushing((write) => (write < 4 ? full : null));
  const parts = Array.from({ length: 5 }, (_, at) => String(at).repeat(KEPT_OUTPUT_BYTES / 4));
  for (const part of parts) {
    await say(part);
    await pass(1000);
    expect(capture.offer().stdout.length).toBeLessThanOrEqual(KEPT_OUTPUT_BYTES);
  }
  const { written, truncated } = facts();
  expect([written.join('') === parts.slice(1).join(''), truncated]).toEqual([true, true]);
});

it('says nothing of what was pushed out while it was being written', async () => {
  const { facts, say, pass, clock, rest, capture } = flushing();
  await say('a');
  clock.increment(1000);
  await say('b'.repeat(KEPT_OUTPUT_BYTES));
  await pass(0);
  expect(facts()).toMatchObject({ written: ['a'], truncated: false });
  expect([capture.offer().dropped, rest().length]).toEqual([false, KEPT_OUTPUT_BYTES]);
});

it('writes one chunk at a time, and what is refused while the attempt ends comes with its end', async () => {
  const { facts, say, clock, end, rest } = flushing(() => full);
  await say('a');
  clock.increment(1000);
  clock.increment(1000);
  await end();
  expect([facts().writes, rest()]).toEqual([1, 'a']);
});

it('does not tell twice what is written while the attempt ends', async () => {
  const { facts, say, clock, end, rest } = flushing();
  await say('a');
  clock.increment(1000);
  await end();
  expect([facts().written, rest()]).toEqual([['a'], '']);
});

it('frees what fails for good, says so, and goes on', async () => {
  const { facts, say, pass, capture } = flushing((write) => (write === 0 ? new Error('broken') : null));
  await say('a');
  await pass(1000);
  expect(capture.pending).toBe(false);
  await say('b');
  await pass(1000);
  expect(facts()).toMatchObject({ written: ['b'], errors: [new Error('broken')] });
});
