/** When a worker is replaced by a fresh one. Every limit is off unless it is set. */
export interface RecyclePolicy {
  /** Calls that it has answered, spread by a tenth, so that workers started together are not replaced together. */
  readonly maxCalls?: number | undefined;
  /** Milliseconds since it was ready. */
  readonly ttl?: number | undefined;
  /** Milliseconds since its last call; one that never had a call is fresh. */
  readonly idleTtl?: number | undefined;
  /** Resident memory of its process, in bytes. */
  readonly maxRss?: number | undefined;
}

/** Why a worker is replaced: a limit, its own wish, or because somebody asked. */
export const RECYCLE_REASONS = ['maxCalls', 'ttl', 'idleTtl', 'maxRss', 'wish', 'asked'] as const;

export type RecycleReason = (typeof RECYCLE_REASONS)[number];

/** What a worker has been through. Times are of one clock, in milliseconds. */
export interface Wear {
  readonly now: number;
  readonly readyAt: number;
  readonly calls: number;
  readonly running: number;
  /** When it last ended a call; null before. */
  readonly usedAt: number | null;
  /** Resident bytes; null when unknown. */
  readonly rss: number | null;
}

const SPREAD = 0.1;

/** The calls after which one worker goes. @param random in [0, 1) */
export function callLimit({ maxCalls }: RecyclePolicy, random: number): number {
  if (maxCalls === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.round(maxCalls * (1 + SPREAD * (random * 2 - 1))));
}

/** The limit that a worker has reached; null when none. @param limit its own, from `callLimit` */
export function wornBy({ ttl, idleTtl, maxRss }: RecyclePolicy, limit: number, wear: Wear): RecycleReason | null {
  const { now, readyAt, calls, running, usedAt, rss } = wear;
  if (calls >= limit) return 'maxCalls';
  if (ttl !== undefined && now - readyAt >= ttl) return 'ttl';
  if (idleTtl !== undefined && running === 0 && usedAt !== null && now - usedAt >= idleTtl) return 'idleTtl';
  if (maxRss !== undefined && rss !== null && rss > maxRss) return 'maxRss';
  return null;
}
