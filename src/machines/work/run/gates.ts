import { MinHeap } from './min-heap.js';

/** What a slot belongs to, as far as its schedule cares. */
interface SlotDescriptor {
  /** Slots of one variant share a cap on how many are leased at once. */
  readonly variant?: string;
  /** Slots of one chain run one at a time, in slot order. */
  readonly chain?: string;
}

/**
 * Who waits for whom. Runs of today are lists of inputs, without chains and variants, and give none of this: it is decided,
 * and tested, for those that will have them.
 */
export interface GateOptions {
  /** Looks a slot up; asked a few times per slot. Without it no slot is held back. */
  readonly describe?: (index: number) => SlotDescriptor;
  /** Leased slots per variant, at least 1. Without it there is no cap. */
  readonly variantCap?: number;
}

interface Gate {
  readonly cap: number;
  readonly holders: Set<number>;
  readonly waiting: MinHeap;
}

/**
 * Holds back slots whose chain or variant is busy, so that others pass them. A slot takes its chain first and keeps it
 * while it waits for its variant: later slots of the chain cannot overtake it, and because nobody waits for a chain
 * while holding a variant, the two can never wait for each other.
 *
 * A slot that is held back is not looked at again until a slot that was in its way leaves: each leave wakes one.
 */
export class Gates {
  readonly #options: GateOptions;
  readonly #gates = new Map<string, Gate>();

  constructor(options: GateOptions = {}) {
    this.#options = options;
  }

  /** How many chains and variants are in use. */
  get size(): number {
    return this.#gates.size;
  }

  /** Lets the slot in, or has it wait; false then. */
  enter(index: number): boolean {
    for (const { key, cap } of this.#keys(index)) {
      const gate = this.#open(key, cap);
      if (gate.holders.has(index)) continue;
      if (gate.holders.size >= gate.cap) {
        gate.waiting.push(index);
        return false;
      }
      gate.holders.add(index);
    }
    return true;
  }

  /** Lets the slot in without asking: it was at work before this plan was made. */
  occupy(index: number): void {
    for (const { key, cap } of this.#keys(index)) this.#open(key, cap).holders.add(index);
  }

  /** The slot has ended, was given back, or is no longer wanted. Returns the slots that may now try again. */
  leave(index: number): readonly number[] {
    const woken: number[] = [];
    for (const { key } of this.#keys(index)) {
      const gate = this.#gates.get(key);
      if (gate === undefined) continue;
      gate.holders.delete(index);
      const next = gate.waiting.pop();
      if (next !== undefined) woken.push(next);
      if (gate.holders.size === 0 && gate.waiting.size === 0) this.#gates.delete(key);
    }
    return woken;
  }

  /** An independent copy. */
  clone(): Gates {
    const copy = new Gates(this.#options);
    for (const [key, gate] of this.#gates) {
      copy.#gates.set(key, { cap: gate.cap, holders: new Set(gate.holders), waiting: gate.waiting.clone() });
    }
    return copy;
  }

  #open(key: string, cap: number): Gate {
    const known = this.#gates.get(key);
    if (known !== undefined) return known;
    const gate: Gate = { cap, holders: new Set(), waiting: new MinHeap() };
    this.#gates.set(key, gate);
    return gate;
  }

  #keys(index: number): { readonly key: string; readonly cap: number }[] {
    const { describe, variantCap } = this.#options;
    if (describe === undefined) return [];
    const { variant, chain } = describe(index);
    const keys: { key: string; cap: number }[] = [];
    if (chain !== undefined) keys.push({ key: `chain:${chain}`, cap: 1 });
    if (variant !== undefined && variantCap !== undefined) keys.push({ key: `variant:${variant}`, cap: variantCap });
    return keys;
  }
}
