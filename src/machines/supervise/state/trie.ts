/**
 * A map from strings that is not changed in place: `set` and `remove` answer a new one that shares all but a few nodes
 * with the old, so that a supervisor of a hundred thousand children decides as quickly as one of ten.
 */
export type Trie<V> = Branch<V> | Leaf<V> | undefined;

interface Branch<V> {
  readonly branches: readonly Trie<V>[];
}

/** The entries whose keys have the same hash; nearly always one. */
interface Leaf<V> {
  readonly hash: number;
  readonly entries: readonly Entry<V>[];
}

type Entry<V> = readonly [key: string, value: V];

const BITS = 4;
const MASK = (1 << BITS) - 1;

export function get<V>(trie: Trie<V>, key: string): V | undefined {
  const hash = hashOf(key);
  let node = trie;
  for (let shift = 0; node && 'branches' in node; shift += BITS) node = node.branches[branchAt(hash, shift)];
  return node?.entries.find(([known]) => known === key)?.[1];
}

export function set<V>(trie: Trie<V>, key: string, value: V): Trie<V> {
  return insert(trie, hashOf(key), [key, value], 0);
}

export function remove<V>(trie: Trie<V>, key: string): Trie<V> {
  return removeAt(trie, hashOf(key), key, 0);
}

/** All values, in no particular order. */
export function values<V>(trie: Trie<V>): V[] {
  if (!trie) return [];
  if ('entries' in trie) return trie.entries.map(([, value]) => value);
  return trie.branches.flatMap((branch) => values(branch));
}

function insert<V>(trie: Trie<V>, hash: number, entry: Entry<V>, shift: number): Trie<V> {
  if (!trie) return { hash, entries: [entry] };
  if ('branches' in trie)
    return withBranch(trie, branchAt(hash, shift), (branch) => insert(branch, hash, entry, shift + BITS));
  if (trie.hash === hash) return { hash, entries: [...without(trie, entry[0]), entry] };
  const branches = new Array<Trie<V>>(MASK + 1).fill(undefined).with(branchAt(trie.hash, shift), trie);
  return insert({ branches }, hash, entry, shift);
}

function removeAt<V>(trie: Trie<V>, hash: number, key: string, shift: number): Trie<V> {
  if (!trie) return undefined;
  if ('branches' in trie) {
    const rest = withBranch(trie, branchAt(hash, shift), (branch) => removeAt(branch, hash, key, shift + BITS));
    return rest.branches.some((branch) => branch) ? rest : undefined;
  }
  const entries = without(trie, key);
  return entries.length > 0 ? { hash: trie.hash, entries } : undefined;
}

function without<V>({ entries }: Leaf<V>, key: string): readonly Entry<V>[] {
  return entries.filter(([known]) => known !== key);
}

function withBranch<V>({ branches }: Branch<V>, index: number, change: (branch: Trie<V>) => Trie<V>): Branch<V> {
  return { branches: branches.with(index, change(branches[index])) };
}

function branchAt(hash: number, shift: number): number {
  // Beyond 32 bits only equal hashes remain, and those share a leaf.
  return (hash >>> shift) & MASK;
}

/** FNV-1a over UTF-16 code units. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
