import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestFirst } from '../../../../src/transport/process/sweep/pass.js';

describe('the order of a look at all processes', () => {
  it('is that in which pids were given out, last one first', () => {
    expect(newestFirst([1, 300, 200, 400], 400)).toEqual([400, 300, 200, 1]);
  });

  it('goes on at the largest where pids began anew', () => {
    expect(newestFirst([1, 2, 7, 30_000, 32_000], 7)).toEqual([7, 2, 1, 32_000, 30_000]);
  });

  it('leaves nobody out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 4_194_304 })), fc.nat(4_194_304), (pids, newest) => {
        expect(newestFirst(pids, newest).sort((a, b) => a - b)).toEqual([...pids].sort((a, b) => a - b));
      }),
    );
  });
});
