import type { BootFailures } from '../../machines/worker/starter.js';

/** Paths that are remembered at once; beyond them the oldest is forgotten, for paths may come and go for ever. */
const REMEMBERED = 10_000;

/**
 * What restarts must not forget: which pools have served, and which seats' boots have failed lately. It outlives pools and
 * starters, and ends with the host.
 */
export class BootHistory {
  readonly #served = new Set<string>();
  readonly #failures = new Map<string, BootFailures>();

  /** Whether a pool of that path has had a worker that could be used. */
  hasServed(pool: string): boolean {
    return this.#served.has(pool);
  }

  served(pool: string): void {
    this.#served.add(pool);
    limit(this.#served);
  }

  /** What a seat had come to; undefined when nothing had failed. */
  of(seat: string): BootFailures | undefined {
    return this.#failures.get(seat);
  }

  note(seat: string, { failures, failedBoots }: BootFailures): void {
    this.#failures.delete(seat);
    if (failures === 0 && failedBoots === 0) return;
    this.#failures.set(seat, { failures, failedBoots });
    limit(this.#failures);
  }

  /** Another pool begins at that path: what went before is not its own. */
  forget(pool: string): void {
    this.#served.delete(pool);
    for (const seat of this.#failures.keys()) if (seat.startsWith(`${pool}/`)) this.#failures.delete(seat);
  }
}

function limit(remembered: Set<string> | Map<string, unknown>): void {
  if (remembered.size <= REMEMBERED) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
}
