import type { ProtocolPoolOptions } from 'espalier';
import { expect, it } from 'vitest';
import { workers } from '../support/workers.js';

it.each<[string, string, Partial<ProtocolPoolOptions>, number]>([
  ['one that says nothing of concurrency', '1', {}, 1],
  ['a concurrent one', '40', {}, 32],
  ['a concurrent one, whatever it says', '2', {}, 32],
  ['a concurrent one whose pool says otherwise', '40', { window: 5 }, 5],
  ['a concurrent one, with those that wait in it', '40', { prefetch: 3 }, 35],
])('a worker is given so many calls at once: %s', async (_, CONCURRENCY, options, most) => {
  const stage = await workers('node', { env: { CONCURRENCY }, prefetch: 0, ...options });
  const calls = Array.from({ length: most + 2 }, () => stage.pid());
  expect(stage.pool.load()).toMatchObject({ capacity: most, busy: most, waiting: 2 });
  expect(new Set(await Promise.all(calls)).size).toBe(1);
});
