import { EspalierError } from '../../../errors.js';
import type { SlotStatus } from '../slot.js';
import { isFailure, type Overruled, type Ruling } from './ruling.js';

export interface PruningOptions {
  /** Committed failures in a row, within a variant, that give it up; at least 1. */
  readonly maxConsecutiveFailures: number;
  /** The variant of a slot; slots without one are never pruned. */
  readonly variantOf: (index: number) => string | undefined;
}

/**
 * Pruning: once so many slots of one variant have failed in a row in the committed prefix, every later slot of that
 * variant becomes `skipped_pruned`, also one that has run or is running. A success starts the count again; slots that
 * were cancelled or skipped say nothing about their variant.
 */
export class Pruning implements Ruling {
  readonly indifferent = false;
  readonly closed = false;
  readonly #options: PruningOptions;
  /** Failures in a row so far, by variant. A pruned one stays so: it has no successes behind it. */
  #streaks = new Map<string | undefined, number>();

  /** Throws `ESP_INVALID` for a maximum below 1. */
  constructor(options: PruningOptions) {
    const { maxConsecutiveFailures: most } = options;
    if (!Number.isInteger(most) || most < 1) {
      throw new EspalierError('ESP_INVALID', `maxConsecutiveFailures is ${most}; it must be a whole number from 1`);
    }
    this.#options = options;
  }

  overrule(index: number): Overruled | null {
    const variant = this.#options.variantOf(index);
    return variant !== undefined && this.#isPruned(variant) ? 'skipped_pruned' : null;
  }

  fold(index: number, status: SlotStatus | null): void {
    const variant = this.#options.variantOf(index);
    if (isFailure(status)) this.#streaks.set(variant, (this.#streaks.get(variant) ?? 0) + 1);
    if (status === 'succeeded') this.#streaks.delete(variant);
  }

  clone(): Pruning {
    const copy = new Pruning(this.#options);
    copy.#streaks = new Map(this.#streaks);
    return copy;
  }

  #isPruned(variant: string): boolean {
    return (this.#streaks.get(variant) ?? 0) >= this.#options.maxConsecutiveFailures;
  }
}
