import { type Budget, budgetLeft } from 'espalier/client';
import { duration } from './format.js';

/** More pips than this cannot be told apart: then a number alone. */
const MOST_PIPS = 8;

/** What a supervisor may still restart before it gives up: a pip for each restart of its budget, hollow once it is used. */
export function BudgetMeter({ budget, now }: { readonly budget: Budget; readonly now: number }) {
  const left = budgetLeft(budget, now);
  const { intensity, periodMs } = budget;
  const text = `${left} of ${intensity} restarts left in ${duration(periodMs)}`;
  const tone = left === 0 ? 'failed' : left < intensity ? 'waiting' : 'idle';
  return (
    <span class={`budget tone-${tone}`} role="img" aria-label={text} title={text}>
      {intensity <= MOST_PIPS
        ? Array.from({ length: intensity }, (_, at) => <i key={at} class={at < left ? 'pip' : 'pip is-used'} />)
        : `${left}/${intensity}`}
    </span>
  );
}
