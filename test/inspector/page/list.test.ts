import type { ActorSummary } from 'espalier/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PathOrder, sortKey } from '../../../inspector/src/model/order.js';
import { parentOf, select } from '../../../inspector/src/model/select.js';

function actor(path: string, more: Partial<ActorSummary> = {}): ActorSummary {
  return {
    path,
    role: 'machine',
    status: 'living',
    health: 'ok',
    state: 'idle',
    incarnation: 1,
    since: 0,
    restarts: { total: 0, recent: [] },
    budget: null,
    pid: null,
    problem: null,
    ...more,
  };
}

const tree = ['/', '/a', '/a/1', '/a/2', '/a/10', '/a-b', '/b'];
const actors = new Map(tree.map((path) => [path, actor(path)]));

test('children stand right below their parent, numbers by value', () => {
  const order = new PathOrder();
  for (const path of [...tree].reverse()) order.add(path);
  expect(order.paths).toEqual(tree);
});

test('whatever the names, nothing comes between an actor and what is below it', () => {
  const segment = fc.stringMatching(/^[a-z0-9 .~!-]{1,4}$/);
  fc.assert(
    fc.property(fc.array(fc.array(segment, { minLength: 1, maxLength: 3 }), { maxLength: 20 }), (lists) => {
      const paths = new Set(['/']);
      for (const list of lists) for (const at of list.keys()) paths.add(`/${list.slice(0, at + 1).join('/')}`);
      const sorted = [...paths].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
      for (const [at, path] of sorted.entries()) {
        const below = sorted.slice(at + 1).findIndex((other) => path !== '/' && !other.startsWith(`${path}/`));
        const rest = below < 0 ? [] : sorted.slice(at + 1 + below);
        expect(rest.filter((other) => other.startsWith(`${path}/`))).toEqual([]);
      }
    }),
  );
});

test('the order is kept while actors come and go, and is the same list while none does', () => {
  const order = new PathOrder();
  for (const path of tree) order.add(path);
  const before = order.paths;
  order.add('/a');
  expect(order.paths).toBe(before);
  order.remove('/a/2');
  expect(order.paths).toEqual(tree.filter((path) => path !== '/a/2'));
});

test('what is found keeps its ancestors, which are marked as there for it', () => {
  const lines = select(tree, actors, { find: 'a/10', show: [] });
  expect(lines).toEqual([
    { path: '/', isContext: true },
    { path: '/a', isContext: true },
    { path: '/a/10', isContext: false },
  ]);
});

test('each word must fit, in path, role, state, pid or problem', () => {
  const some = new Map(actors);
  some.set('/b', actor('/b', { pid: 4711, problem: 'Out of memory' }));
  const found = (find: string) => select(tree, some, { find, show: [] }).filter((line) => !line.isContext);
  expect(found('memory 47').map(({ path }) => path)).toEqual(['/b']);
  expect(found('memory 48')).toEqual([]);
});

test('conditions narrow what words have found', () => {
  const some = new Map(actors);
  some.set('/a/2', actor('/a/2', { health: 'failed', state: 'failed' }));
  const lines = select(tree, some, { find: '/a', show: ['failed'] });
  expect(lines.filter((line) => !line.isContext).map(({ path }) => path)).toEqual(['/a/2']);
});

test('above the first level is the root, and above the root itself', () => {
  expect([parentOf('/a/1'), parentOf('/a'), parentOf('/')]).toEqual(['/a', '/', '/']);
});
