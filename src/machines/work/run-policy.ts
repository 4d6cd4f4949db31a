/** Settings of a run that decide its schedule; kept with it, so that `continue` needs nothing else. */
export interface RunPolicy {
  /** Slots in flight at once. */
  readonly concurrency: number;
  /** What its slots call, in a pool that serves calls; each slot's input is the argument. Left out where programs run. */
  readonly method?: string | undefined;
  /** Extra attempts for failed and timed-out slots. */
  readonly retries: number;
  /** Per attempt, from its spawn, or from when a worker has the call, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  /** What becomes of a slot whose host, worker or forker died in it. */
  readonly onLost: 'retry' | 'fail';
  /** Stop starting slots at the first *committed* failure; the rest become `cancelled`. */
  readonly failFast: boolean;
  /** How far beyond the commit cursor slots may start. */
  readonly reorderWindow: number;
}
