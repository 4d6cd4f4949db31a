import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Leftovers } from '../../src/actors/leftovers.js';
import type { SweepResult } from '../../src/actors/sweep.js';
import { Capture } from '../../src/transport/process/capture.js';

const clean: SweepResult = { clean: true, heldOpen: false };
const dirty: SweepResult = { clean: false, heldOpen: false, reason: 'pid 7 may live' };
const never = () => Promise.reject(new Error('asked again'));

describe('what a starter left', () => {
  it('is nothing where nothing was left', async () => {
    expect(await new Leftovers().cleared('/p/workers/1')).toEqual(clean);
  });

  it('is waited for by the next one of its path, and by no other', async () => {
    const leftovers = new Leftovers();
    let prove: (result: SweepResult) => void = () => undefined;
    leftovers.leave('/a', new Promise((resolve) => (prove = resolve)), never);
    let isCleared = false;
    const cleared = leftovers.cleared('/a').then(() => {
      isCleared = true;
    });
    await leftovers.cleared('/b');
    await new Promise((resolve) => setImmediate(resolve));
    expect(isCleared).toBe(false);
    prove(clean);
    await cleared;
    expect(await leftovers.cleared('/a')).toEqual(clean);
  });

  it('is looked for again by each that would follow, until it is proven gone', async () => {
    const leftovers = new Leftovers();
    const answers = [dirty, clean];
    leftovers.leave('/a', Promise.resolve(dirty), async () => answers.shift() ?? never());
    expect(await leftovers.cleared('/a')).toEqual(dirty);
    expect(await leftovers.cleared('/a')).toEqual(clean);
    expect(await leftovers.cleared('/a')).toEqual(clean);
  });
});

describe('a capture', () => {
  it('has ended when both streams have, also by an error', async () => {
    const capture = new Capture();
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    capture.attach(stdout, stderr);
    stdout.end('x');
    stderr.destroy(new Error('gone'));
    await capture.ended;
    expect(Buffer.from(capture.take().stdout).toString()).toBe('x');
  });
});
