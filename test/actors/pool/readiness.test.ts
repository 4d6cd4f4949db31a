import { expect, it } from 'vitest';
import { Readiness } from '../../../src/actors/pool/readiness.js';

const settled = (promise: Promise<void>) =>
  Promise.race([
    promise.then(
      () => 'open',
      (error: unknown) => error,
    ),
    new Promise((resolve) => setImmediate(() => resolve('waiting'))),
  ]);

it('lets all who wait through, and those who come later', async () => {
  const readiness = new Readiness();
  const early = [readiness.wait(), readiness.wait()];
  expect(await Promise.all(early.map(settled))).toEqual(['waiting', 'waiting']);
  readiness.open();
  expect(await Promise.all([...early, readiness.wait()].map(settled))).toEqual(['open', 'open', 'open']);
});

it('makes those wait who come while it is closed again', async () => {
  const readiness = new Readiness();
  readiness.open();
  readiness.close();
  const wait = readiness.wait();
  expect(await settled(wait)).toBe('waiting');
  readiness.open();
  expect(await settled(wait)).toBe('open');
});

it('turns away who waits and who comes once it has failed, with the first reason', async () => {
  const readiness = new Readiness();
  const early = readiness.wait();
  readiness.fail('first');
  readiness.fail('second');
  readiness.open();
  expect(await Promise.all([early, readiness.wait()].map(settled))).toEqual(['first', 'first']);
});
