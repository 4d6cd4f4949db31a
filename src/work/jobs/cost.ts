import type { Amounts, UsageSource } from '../../machines/work/job/policy.js';
import { fields, kind, oneOf, type Rule, recordOf } from '../../options.js';

/**
 * Where a program prints what it uses, as JSON lines: a JSON pointer for each unit.
 */
export interface UsageSpec {
  /** `last-line` (default): in the last line that it prints; `each-line`: in every line that has it. */
  readonly from?: 'last-line' | 'each-line';
  /** `sum` (default): each line tells what is added; `cumulative`: each tells the whole so far. */
  readonly as?: 'sum' | 'cumulative';
  /** The pointer of a unit. */
  readonly [unit: string]: string | undefined;
}

const amount = kind('a finite number from 0 on', (value) => Number.isFinite(value) && Number(value) >= 0);

/** Amounts by unit. */
export const amountsRule: Rule = recordOf(amount, 'amounts by unit, such as { usd: 5 }');

const pointer = kind(
  "a JSON pointer, such as '/total_cost_usd'",
  (value) => typeof value === 'string' && value.startsWith('/'),
);
const words = fields<Pick<UsageSpec, 'from' | 'as'>>({
  from: oneOf('last-line', 'each-line'),
  as: oneOf('sum', 'cumulative'),
});

/** Where usage is read. */
export const usageRule: Rule = (value, place) => {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) return words(value, place);
  const { from, as, ...units } = Object.fromEntries(Object.entries(value));
  const expected = "JSON pointers by unit, such as { usd: '/total_cost_usd' }";
  return (
    words({ ...(from !== undefined && { from }), ...(as !== undefined && { as }) }, place) ??
    recordOf(pointer, expected)(units, place)
  );
};

/** As it is kept. */
export function usageSource({ from = 'last-line', as = 'sum', ...units }: UsageSpec): UsageSource {
  const given = Object.entries(units).flatMap(([unit, at]) => (at === undefined ? [] : [[unit, at] as const]));
  return { units: Object.fromEntries(given), from, as };
}

interface Costs {
  readonly method?: string;
  readonly budget?: Amounts;
  readonly usage?: UsageSpec;
}

/** What is wrong with what a job may cost: nobody would say what it uses. Null when nothing is. */
export function costProblem({ method, budget = {}, usage }: Costs): string | null {
  if (method !== undefined) {
    return usage === undefined ? null : "'usage' is read from what a program prints: a method says it with ctx.metric";
  }
  const units = usage === undefined ? [] : Object.keys(usageSource(usage).units);
  const untold = Object.keys(budget).find((unit) => !units.includes(unit));
  if (untold === undefined) return null;
  return `it has a budget of ${untold}, and nothing says how much it uses: give 'usage' a pointer for ${untold}`;
}
