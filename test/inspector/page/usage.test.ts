import { expect, test } from 'vitest';
import { usageOf } from '../../../inspector/src/model/usage.js';

test('who has no process uses nothing, whatever was measured of its last one', () => {
  const measured = { cpu: 0.2, rss: 1024 };
  expect(usageOf({ pid: 7 }, measured)).toBe(measured);
  expect(usageOf({ pid: null }, measured)).toEqual({});
  expect(usageOf({ pid: 7 }, undefined)).toEqual({});
});
