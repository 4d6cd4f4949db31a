import type { Amounts } from './policy.js';

/** One thing that an attempt said of what it uses. */
export interface UsageMetric {
  readonly name: string;
  readonly unit: string;
  readonly amount: number;
  /** `sum`: so much more of it; `cumulative`: so much of it so far. */
  readonly as: 'sum' | 'cumulative';
}

/** So many names of an attempt are told apart, at most. */
const MOST_NAMES = 200;

/** Adds up what an attempt says that it uses: each name by itself, the names of one unit together. */
export class UsageMetrics {
  readonly #used = new Map<string, { readonly unit: string; amount: number }>();
  #fault: string | null = null;

  /** In all, by unit. */
  get amounts(): Amounts {
    const amounts: Record<string, number> = {};
    for (const { unit, amount } of this.#used.values()) amounts[unit] = (amounts[unit] ?? 0) + amount;
    return amounts;
  }

  /** What was said that is no amount; null while there is none. */
  get fault(): string | null {
    return this.#fault;
  }

  add({ name, unit, amount, as }: UsageMetric): void {
    if (!Number.isFinite(amount) || amount < 0) {
      this.#fault ??= `${name} is ${amount} ${unit}: no finite number from 0 on`;
      return;
    }
    const key = JSON.stringify([name, unit, as]);
    const used = this.#used.get(key) ?? { unit, amount: 0 };
    if (!this.#used.has(key) && this.#used.size >= MOST_NAMES) {
      this.#fault ??= `${name} is one name too many: ${MOST_NAMES} are told apart`;
      return;
    }
    used.amount = as === 'sum' ? used.amount + amount : Math.max(used.amount, amount);
    this.#used.set(key, used);
  }
}
