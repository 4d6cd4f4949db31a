import type { SlotStatus } from '../slot.js';

/** The statuses that a ruling can set in place of what a slot's attempts produced. */
export type Overruled = Extract<SlotStatus, 'cancelled' | 'skipped_pruned'>;

/** Whether a row of this status counts as a failure. Someone's cancelling does not. */
export function isFailure(status: SlotStatus | null): boolean {
  return status === 'failed' || status === 'timed_out';
}

/**
 * What the committed prefix says about the rows behind it. A ruling sees statuses in slot order and nothing else,
 * neither times nor what is running, and so two runs whose slots end alike are ruled alike.
 */
export interface Ruling {
  /** What this slot's row must say whatever its attempts produced; null when it may say what they did. */
  overrule(index: number): Overruled | null;
  /** The prefix has grown by this slot. Called once per slot, in slot order; a row of unknown status (null) says nothing. */
  fold(index: number, status: SlotStatus | null): void;
  /** Whether every slot behind the prefix is overruled: nothing is left to run for. */
  readonly closed: boolean;
  /** Whether any status can change what this ruling says; if not, commits need not be cut at failures. */
  readonly indifferent: boolean;
  clone(): Ruling;
}

/**
 * Fail-fast: behind the first committed failure every row is `cancelled`.
 *
 * This holds for slots that had not started, for those that were running, and for those that had already ended beyond
 * the failure and were waiting for their turn: which of them there are is a matter of timing, so their results must not
 * show. Their attempts stay as they ended.
 */
export class FailFast implements Ruling {
  readonly indifferent = false;
  #closed: boolean;

  /** @param closed whether the run already has a committed failure. */
  constructor(closed = false) {
    this.#closed = closed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  overrule(): Overruled | null {
    return this.#closed ? 'cancelled' : null;
  }

  fold(_index: number, status: SlotStatus | null): void {
    if (isFailure(status)) this.#closed = true;
  }

  clone(): FailFast {
    return new FailFast(this.#closed);
  }
}

/** Several rulings over one run; the first one that overrules a slot wins. With none, rows say what happened. */
export function allOf(rulings: readonly Ruling[]): Ruling {
  return {
    overrule: (index) => rulings.reduce<Overruled | null>((found, ruling) => found ?? ruling.overrule(index), null),
    fold: (index, status) => {
      for (const ruling of rulings) ruling.fold(index, status);
    },
    get closed() {
      return rulings.some((ruling) => ruling.closed);
    },
    indifferent: rulings.every((ruling) => ruling.indifferent),
    clone: () => allOf(rulings.map((ruling) => ruling.clone())),
  };
}
