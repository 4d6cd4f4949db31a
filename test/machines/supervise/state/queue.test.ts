import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EMPTY, peek, push, type Queue, shift, toArray } from '../../../../src/machines/supervise/state/queue.js';

it('gives back what it was given, in order, as an array would', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat()), { maxLength: 50 }), (moves) => {
      let queue: Queue<number> = EMPTY;
      const expected: number[] = [];
      for (const move of moves) {
        if (move === null) {
          const shifted = shift(queue);
          expect(shifted?.[0]).toBe(expected.shift());
          queue = shifted?.[1] ?? queue;
        } else {
          queue = push(queue, move);
          expected.push(move);
        }
        expect(toArray(queue)).toEqual(expected);
        expect(queue.size).toBe(expected.length);
        expect(peek(queue)).toBe(expected[0]);
      }
    }),
  );
});
