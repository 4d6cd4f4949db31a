import type { SupervisorPolicy } from './state/state.js';

/**
 * The restarts within the period, with the one at `now` among them; `exceeded` if they are more than the intensity
 * allows. Times are kept to the millisecond.
 */
export function addRestart(
  { intensity, periodMs }: Pick<SupervisorPolicy, 'intensity' | 'periodMs'>,
  restarts: readonly number[],
  now: number,
): { readonly restarts: readonly number[]; readonly exceeded: boolean } {
  const recent = [...restarts.filter((at) => now - at <= periodMs), now];
  return { restarts: recent, exceeded: recent.length > intensity };
}
