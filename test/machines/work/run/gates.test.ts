import { expect, test } from 'vitest';
import { Gates } from '../../../../src/machines/work/run/gates.js';

test('a chain or variant that nobody holds or waits for is forgotten', () => {
  const gates = new Gates({ describe: (index) => ({ chain: `c${index}`, variant: 'v' }), variantCap: 1 });
  expect([gates.enter(0), gates.enter(1)]).toEqual([true, false]);
  expect(gates.size, 'two chains and the variant').toBe(3);
  expect(gates.leave(0)).toEqual([1]);
  expect([gates.enter(1), gates.size]).toEqual([true, 2]);
  expect([gates.leave(1), gates.size]).toEqual([[], 0]);
});

test.each([
  ['without a schedule', {}],
  ['without chain and variant', { describe: () => ({}), variantCap: 1 }],
  ['of a variant without a cap', { describe: () => ({ variant: 'v' }) }],
])('a slot %s waits for nothing', (_, options) => {
  const gates = new Gates(options);
  expect([gates.enter(0), gates.enter(1), gates.size]).toEqual([true, true, 0]);
});
