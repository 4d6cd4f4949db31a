import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MinHeap } from '../../../../src/machines/work/run/min-heap.js';

function filled(items: readonly number[]): MinHeap {
  const heap = new MinHeap();
  for (const item of items) heap.push(item);
  return heap;
}

function drain(heap: MinHeap): number[] {
  const items: number[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) items.push(item);
  return items;
}

test('whatever is put in, before and between, comes out lowest first', () => {
  const property = fc.property(fc.array(fc.option(fc.nat(50)), { maxLength: 60 }), (steps) => {
    const heap = new MinHeap();
    const held: number[] = [];
    for (const step of steps) {
      if (step !== null) {
        heap.push(step);
        held.push(step);
        held.sort((a, b) => a - b);
      } else expect(heap.pop()).toBe(held.shift());
      expect(heap.size).toBe(held.length);
    }
    expect(drain(heap)).toEqual(held);
  });
  fc.assert(property);
});

test('taking from an empty heap leaves it empty', () => {
  const heap = filled([3]);
  expect([heap.pop(), heap.pop(), heap.pop(), heap.size]).toEqual([3, undefined, undefined, 0]);
});

test('a clone holds the same, and neither sees what happens to the other', () => {
  const heap = filled([2, 1]);
  const clone = heap.clone();
  heap.push(0);
  clone.push(3);
  expect([drain(heap), drain(clone)]).toEqual([
    [0, 1, 2],
    [1, 2, 3],
  ]);
});
