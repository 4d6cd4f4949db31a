type Environment = Readonly<Record<string, string>>;

/** How many environments a forker keeps. A host rarely uses more than one per pool. */
const KEPT = 32;

/**
 * The environments that a forker has already been sent, so that a pool's thousand spawns send theirs once. Compared by
 * content: whoever spawns may change and reuse his object.
 */
export class SentEnvironments {
  readonly #numbers = new Map<string, number>();
  #next = 0;

  constructor(private readonly send: (number: number, env: Environment) => void) {}

  /** The number by which the forker knows `env`, sent first if need be. */
  numberOf(env: Environment): number {
    const key = JSON.stringify(env);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#next;
    this.#next = (number + 1) % KEPT;
    for (const [old, taken] of this.#numbers) if (taken === number) this.#numbers.delete(old);
    this.#numbers.set(key, number);
    this.send(number, env);
    return number;
  }
}
