import { describe, expect, it } from 'vitest';
import { Leftovers } from '../../../src/actors/worker/leftovers.js';
import type { ProofOfEnd } from '../../../src/actors/worker/seat-driver.js';
import { deferred } from '../../transport/protocol/support/scripted-worker.js';

const CLEAN: ProofOfEnd = { clean: true, heldOpen: false };
const DIRTY: ProofOfEnd = { clean: false, heldOpen: false, reason: 'may still run: 7' };

/** A sweep that ends when and how the test says, and how often what it did not prove was tried again. */
function sweep(again: ProofOfEnd = CLEAN) {
  const { promise, resolve } = deferred<ProofOfEnd>();
  const tries = { count: 0 };
  const retry = async () => {
    tries.count += 1;
    return again;
  };
  return { first: promise, retry, end: resolve, tries };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a promise has resolved with by now; null when it has not. */
async function byNow<T>(promise: Promise<T>): Promise<T | null> {
  await turn();
  return await Promise.race([promise, Promise.resolve(null)]);
}

describe('what a starter left', () => {
  it('is nothing where none has ended', async () => {
    expect(await new Leftovers().cleared('/w')).toEqual(CLEAN);
  });

  it('is waited for by the next at that path, and by nobody elsewhere', async () => {
    const [left, one] = [new Leftovers(), sweep()];
    left.leave('/w', one.first, one.retry);
    const next = left.cleared('/w');
    expect([await byNow(next), await byNow(left.cleared('/x'))]).toEqual([null, CLEAN]);
    one.end(CLEAN);
    expect([await next, one.tries.count]).toEqual([CLEAN, 0]);
  });

  it('is tried again when it could not be proven gone, and stays until it is', async () => {
    const [left, one] = [new Leftovers(), sweep(DIRTY)];
    left.leave('/w', one.first, one.retry);
    one.end(DIRTY);
    expect(await left.cleared('/w')).toEqual(DIRTY);
    expect(await left.cleared('/w')).toEqual(DIRTY);
    expect(one.tries.count).toBe(2);
  });

  it('is not forgotten because an older sweep ends well after it was left', async () => {
    const [left, older, newer] = [new Leftovers(), sweep(), sweep()];
    left.leave('/w', older.first, older.retry);
    left.leave('/w', newer.first, newer.retry);
    older.end(CLEAN);
    await turn();
    const next = left.cleared('/w');
    expect(await byNow(next)).toBeNull();
    newer.end(CLEAN);
    expect(await next).toEqual(CLEAN);
  });

  it('is not forgotten because whoever asked before hears that the older one is gone', async () => {
    const [left, older, newer] = [new Leftovers(), sweep(), sweep()];
    left.leave('/w', older.first, older.retry);
    const asked = left.cleared('/w');
    left.leave('/w', newer.first, newer.retry);
    older.end(CLEAN);
    expect(await asked).toEqual(CLEAN);
    const next = left.cleared('/w');
    expect(await byNow(next)).toBeNull();
    newer.end(DIRTY);
    expect([await next, newer.tries.count]).toEqual([CLEAN, 1]);
  });
});
