import { describe, expect, it } from 'vitest';
import { tell } from '../src/listener.js';

const oops = new Error('oops');

describe('a listener', () => {
  it('is heard when it throws, at once', () => {
    const faults: unknown[] = [];
    tell(
      () => {
        throw oops;
      },
      (error) => faults.push(error),
    );
    expect(faults).toEqual([oops]);
  });

  it('is heard when what it promised is broken', async () => {
    const faults: unknown[] = [];
    tell(
      () => Promise.reject(oops),
      (error) => faults.push(error),
    );
    expect(faults).toEqual([]);
    await new Promise(setImmediate);
    expect(faults).toEqual([oops]);
  });

  it('may return what it likes', async () => {
    const faults: unknown[] = [];
    for (const value of [undefined, null, 5, () => 1, {}, Promise.resolve(1)]) {
      tell(
        () => value,
        (error) => faults.push(error),
      );
    }
    await new Promise(setImmediate);
    expect(faults).toEqual([]);
  });
});
