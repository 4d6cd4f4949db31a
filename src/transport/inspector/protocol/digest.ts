import type { ActorSummary } from './actor.js';

/**
 * A digest of a tree: equal for equal trees, whatever the order. Not cryptographic; it finds divergence, not forgery.
 *
 * @example
 * treeDigest([]) === treeDigest([]); // true
 */
export function treeDigest(actors: Iterable<ActorSummary>): string {
  const digest = new TreeDigest();
  for (const actor of actors) digest.put(actor);
  return digest.value;
}

/** The digest of a tree that changes: each change costs its own hash alone. */
export class TreeDigest {
  readonly #hashes = new Map<string, Hash>();
  #high = 0;
  #low = 0;

  get size(): number {
    return this.#hashes.size;
  }

  put(actor: ActorSummary): void {
    this.remove(actor.path);
    const hash = hashOf(actor);
    this.#hashes.set(actor.path, hash);
    this.#mix(hash);
  }

  remove(path: string): void {
    const known = this.#hashes.get(path);
    if (!known) return;
    this.#hashes.delete(path);
    this.#mix(known);
  }

  /** 16 hexadecimal digits. */
  get value(): string {
    return hex(this.#high) + hex(this.#low);
  }

  /** Exclusive or: order does not matter, and what was mixed in once is taken out by mixing it in again. */
  #mix([high, low]: Hash): void {
    this.#high ^= high;
    this.#low ^= low;
  }
}

type Hash = readonly [number, number];

/** What two equal actors have in common on both sides; gauges are not part of it. */
function hashOf(actor: ActorSummary): Hash {
  const { path, role, status, state, incarnation, since, restarts, pid, problem } = actor;
  const text = JSON.stringify([path, role, status, state, incarnation, since, restarts.total, pid, problem]);
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return [high, low];
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
