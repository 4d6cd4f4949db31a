// No circles: neither of files nor of folders, types counted. A circle can be understood only as a whole, and nothing of it
// can be moved, tested or replaced alone.
import { posix } from 'node:path';
import { ENTRIES } from './layers.js';

/** Each circle of files that import each other, with its shortest way round. Threads and processes that are started are none. */
export function circlesOfFiles(tree, imports) {
  const next = new Map(
    [...imports].map(([from, list]) => [
      from,
      list.filter(({ to, isStart }) => !isStart && tree.has(to) && to !== from).map(({ to }) => to),
    ]),
  );
  return circles(next).map(({ members, way }) => {
    const line = imports.get(way[0]).find(({ to }) => to === way[1]).line;
    return {
      path: way[0],
      line,
      what: `files import each other in a circle${among(members, way)}, types counted: ${way.join(' → ')}; put what both need into a file below them, or take it as an interface`,
    };
  });
}

/** Each circle of folders of `src`, a folder being the files directly in it; an entry of the package is one by itself. */
export function circlesOfFolders(tree, imports) {
  const ties = new Map();
  for (const [from, list] of imports) {
    for (const { to, line, isStart } of list) {
      const [a, b] = [folderOf(from), folderOf(to)];
      if (isStart || a === b || !tree.has(to) || !from.startsWith('src/') || !to.startsWith('src/')) continue;
      const key = `${a} ${b}`;
      ties.set(key, [...(ties.get(key) ?? []), { from, to, line }]);
    }
  }
  const next = new Map();
  for (const key of ties.keys()) {
    const [a, b] = key.split(' ');
    next.set(a, [...(next.get(a) ?? []), b]);
  }
  return circles(next)
    .flatMap(pairsFirst(next))
    .map(({ members, way }) => {
      const steps = way.slice(1).map((folder, index) => ties.get(`${way[index]} ${folder}`));
      const fewest = steps.reduce((least, step) => (step.length < least.length ? step : least));
      const { from, to, line } = fewest[0];
      const others = fewest.length === 1 ? '' : ` and ${fewest.length - 1} more`;
      return {
        path: from,
        line,
        what: `folders import each other in a circle${among(members, way)}: ${way.join(' → ')}; its thinnest tie is this import of ${to}${others}: move a file to the side that it belongs to`,
      };
    });
}

/** Of a circle that holds pairs: each pair. They are plain to see, and what remains is plain once they are gone. */
function pairsFirst(next) {
  return ({ members, way }) => {
    if (way.length > 3) return [{ members, way }];
    return members.flatMap((a) =>
      next
        .get(a)
        .filter((b) => a < b && next.get(b)?.includes(a))
        .map((b) => ({ members: [a, b], way: [a, b, a] })),
    );
  };
}

function folderOf(path) {
  return ENTRIES.includes(path) ? path : posix.dirname(path);
}

function among(members, way) {
  return members.length > way.length - 1 ? ` of ${members.length}` : '';
}

/** The strongly connected parts of a graph that have more than one member, each with its shortest way round. */
function circles(next) {
  return components(next)
    .filter((members) => members.length > 1)
    .map((members) => {
      const inside = new Set(members);
      const step = (at) => (next.get(at) ?? []).filter((to) => inside.has(to));
      const ways = [...members].sort().map((from) => wayRound(from, step));
      return { members, way: ways.reduce((least, way) => (way.length < least.length ? way : least)) };
    });
}

/** From a member back to itself, by the fewest steps. */
function wayRound(from, step) {
  const before = new Map();
  const queue = [from];
  for (const at of queue) {
    for (const to of step(at)) {
      if (to === from) {
        const way = [from];
        for (let back = at; back !== from; back = before.get(back)) way.unshift(back);
        return [from, ...way];
      }
      if (before.has(to)) continue;
      before.set(to, at);
      queue.push(to);
    }
  }
  return [from];
}

/** Tarjan's. */
function components(next) {
  const found = [];
  const index = new Map();
  const low = new Map();
  const stack = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const to of next.get(node) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(node, Math.min(low.get(node), low.get(to)));
    }
    if (low.get(node) === index.get(node)) found.push(stack.splice(stack.indexOf(node)));
  };
  for (const node of next.keys()) if (!index.has(node)) visit(node);
  return found;
}
