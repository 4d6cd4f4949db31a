import { expect, it } from 'vitest';
import { inStartOrder } from '../../../src/inspection/ask/start-order.js';

const order = (paths: readonly string[], children: Readonly<Record<string, readonly string[]>> = {}) =>
  inStartOrder(
    paths.map((path) => ({ path })),
    (path) => children[path] ?? [],
  ).map(({ path }) => path);

it('puts each actor before those below it, and children as their supervisor has them', () => {
  const paths = ['/', '/a', '/b', '/b/y', '/b/x', '/a/z'];
  expect(order(paths, { '/': ['b', 'a'], '/b': ['x', 'y'] })).toEqual(['/', '/b', '/b/x', '/b/y', '/a', '/a/z']);
});

it('leaves those whose place nobody knows in their order, behind the others', () => {
  expect(order(['/', '/own', '/q', '/p'], { '/': ['p'] })).toEqual(['/', '/p', '/own', '/q']);
});

it('does not mind a tree deeper than the stack, nor ids that an object has by birth', () => {
  const deep = ['/', ...Array.from({ length: 3000 }, (_, at) => '/x'.repeat(at + 1))];
  expect(order(deep)).toEqual(deep);
  expect(order(['/', '/constructor', '/__proto__'], { '/': ['__proto__', 'constructor'] })).toEqual([
    '/',
    '/__proto__',
    '/constructor',
  ]);
});
