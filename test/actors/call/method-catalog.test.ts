import { expect, it } from 'vitest';
import { MethodCatalog } from '../../../src/actors/call/method-catalog.js';

function catalog(input: unknown): MethodCatalog {
  const known = new MethodCatalog('/p');
  known.learn([{ name: 'f', input }]);
  return known;
}

const refusal = (act: () => void) => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : 'something else';
  }
};

it('an integer of any size fits where its method takes an integer, within its bounds', () => {
  const integer = { type: 'object', properties: { id: { type: 'integer', minimum: 0 } }, required: ['id'] };
  const known = catalog(integer);
  expect(refusal(() => known.check('f', { id: 2n ** 64n, bytes: Buffer.from('a') }))).toBe('accepted');
  expect(refusal(() => known.check('f', { id: 7n }))).toBe('accepted');
  expect(refusal(() => known.check('f', { id: -(2n ** 64n) }))).toContain('id');
  expect(refusal(() => known.check('f', { id: 'x', n: 2n ** 64n }))).toContain('id');
});

it('a schema with an integer beyond all doubles is left to the worker, and its pool goes on', () => {
  const known = catalog({ type: 'integer', maximum: 2n ** 64n });
  known.learn([{ name: 'f', input: { type: 'integer', maximum: 2n ** 65n } }]);
  expect(known.list()).toEqual([{ name: 'f', input: { type: 'integer', maximum: 2n ** 65n } }]);
  expect(refusal(() => known.check('f', 'x'))).toBe('accepted');
});

it('what cannot be sent is not refused for its schema by a stack that ran out', () => {
  const cycle: unknown[] = [2n ** 64n];
  cycle.push(cycle);
  expect(refusal(() => catalog({ type: 'array' }).check('f', cycle))).toBe('accepted');
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(refusal(() => catalog({ type: 'object' }).check('f', proxy))).toBe('accepted');
});
