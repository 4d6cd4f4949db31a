import type { ActorSummary } from 'espalier/client';

/** What a process uses, as it was measured last. */
export interface Usage {
  readonly cpu?: number | undefined;
  readonly rss?: number | undefined;
}

/** What an actor's process uses; nothing where it has none: what was measured last was its last one's. */
export function usageOf({ pid }: Pick<ActorSummary, 'pid'>, measured: Usage | undefined): Usage {
  return pid === null || measured === undefined ? {} : measured;
}
