/**
 * Actors in the order of their start: each followed by those below it, children as their supervisor has them. Those whose
 * place nobody knows come after, as they were given.
 *
 * @param childrenOf the ids of an actor's children in order; none for what supervises nobody
 * @example
 * inStartOrder([{ path: '/' }, { path: '/a' }, { path: '/b' }], () => ['b', 'a']).map(({ path }) => path); // ['/', '/b', '/a']
 */
export function inStartOrder<T extends { readonly path: string }>(
  actors: Iterable<T>,
  childrenOf: (path: string) => readonly string[],
): T[] {
  const below = new Map<string, T[]>();
  for (const actor of actors) {
    const above = pathAbove(actor.path);
    const siblings = below.get(above);
    if (siblings) siblings.push(actor);
    else below.set(above, [actor]);
  }
  const ordered: T[] = [];
  // A tree may be deeper than the stack of calls.
  const open = sorted(below, TOP, []);
  for (let next = open.pop(); next; next = open.pop()) {
    ordered.push(next);
    open.push(...sorted(below, next.path, childrenOf(next.path)));
  }
  return ordered;
}

/** Stands above the root. */
const TOP = '';

function pathAbove(path: string): string {
  return path === '/' ? TOP : path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The last one first, as they are taken from the end. */
function sorted<T extends { readonly path: string }>(
  below: Map<string, T[]>,
  above: string,
  ids: readonly string[],
): T[] {
  const ranks = new Map(ids.map((id, rank) => [id, rank]));
  const rank = ({ path }: T) => ranks.get(path.slice(path.lastIndexOf('/') + 1)) ?? ids.length;
  return [...(below.get(above) ?? [])].sort((a, b) => rank(a) - rank(b)).reverse();
}
