type Environment = Readonly<Record<string, string>>;

/** How many environments a forker keeps. A host rarely uses more than one per pool. */
const SLOTS = 32;

/**
 * The environments that a forker has already been sent, so that a pool's thousand spawns send theirs once. Compared by
 * content: whoever spawns may change and reuse his object.
 */
export class SentEnvironments {
  readonly #slots = new Map<string, number>();
  #next = 0;

  constructor(private readonly send: (slot: number, env: Environment) => void) {}

  /** The slot that holds `env` at the forker, sent first if need be. */
  slotOf(env: Environment): number {
    const key = JSON.stringify(env);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = this.#next;
    this.#next = (slot + 1) % SLOTS;
    for (const [old, taken] of this.#slots) if (taken === slot) this.#slots.delete(old);
    this.#slots.set(key, slot);
    this.send(slot, env);
    return slot;
  }
}
