/** What a job and all below it may use of one unit, and how that stands. */
export interface BudgetStand {
  readonly most: number;
  readonly spent: number;
  /** Held by attempts that run, for what they have not told yet. */
  readonly reserved: number;
}

/** From this part of a budget on its use is told. */
const WARN_FROM = 0.8;

/** Sums of fractions are not exact: so much of a budget is nothing. */
const NOTHING = 1e-9;

/** Whether so much of a budget is used that nothing may go on: all of it. */
export function isExceeded({ most, spent }: Pick<BudgetStand, 'most' | 'spent'>): boolean {
  return spent >= most * (1 - NOTHING);
}

/** Whether so much of a budget is used that it is told. */
export function isNearlySpent({ most, spent }: Pick<BudgetStand, 'most' | 'spent'>): boolean {
  return spent >= most * WARN_FROM * (1 - NOTHING);
}

/**
 * Whether an attempt may begin that reserves so much. One that reserves nothing may while anything is left: it can overshoot
 * by what it uses.
 *
 * @example
 * fits({ most: 5, spent: 3, reserved: 1 }, 1); // true
 */
export function fits(stand: BudgetStand, reserve: number): boolean {
  if (isExceeded(stand)) return false;
  const { most, spent, reserved } = stand;
  return reserve === 0 || spent + reserved + reserve <= most * (1 + NOTHING);
}

/** What an attempt has used of a unit, and what is held for it. */
export interface UnitUse {
  readonly amount: number;
  readonly reserved: number;
}

/**
 * An attempt tells what it has used in all. What was used stays used: a smaller amount than before changes nothing, so that
 * the same may be told again, and late. What was held for it is used up first.
 */
export function use({ amount, reserved }: UnitUse, told: number): UnitUse {
  const more = Math.max(0, told - amount);
  return { amount: amount + more, reserved: Math.max(0, reserved - more) };
}
