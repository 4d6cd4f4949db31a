/** When a worker that says nothing is given up. */
export interface LivenessPolicy {
  /** Between two looks, in milliseconds: each look also asks for a sign of life. */
  readonly heartbeatMs: number;
  /** So long a worker may say nothing *and* get nothing done, in milliseconds. */
  readonly silenceMs: number;
}

/** Five seconds between heartbeats; a minute of silence without any work done. */
export const LIVENESS_DEFAULTS: LivenessPolicy = { heartbeatMs: 5000, silenceMs: 60_000 };

/** What is known of a worker's life since it was last heard or seen at work. */
export interface Liveness {
  /** When it was last looked at. */
  readonly lookedAt: number;
  /** When it was last heard, as of that look. */
  readonly heardAt: number;
  /** What it had computed by then, in milliseconds of CPU; null while it was not silent. */
  readonly cpuMs: number | null;
  /** How long it has said nothing and got nothing done, in milliseconds of looks that came in time. */
  readonly stillMs: number;
  /** Whether it was asked for a dump of its stacks: the last word before it is given up. */
  readonly asked: boolean;
}

/** One look at a worker. */
export interface Look {
  readonly now: number;
  readonly heardAt: number;
  /** CPU that it and its descendants have used, in milliseconds; null when that cannot be known. Asked only of a silent one. */
  cpuMs(): number | null;
}

/** `ask`: have it write its stacks. `dead`: it is stuck for good. */
export type LivenessVerdict = 'alive' | 'silent' | 'ask' | 'dead';

/** What writing its stacks may cost a worker that is otherwise stuck, in milliseconds of CPU. */
const DUMP_COST_MS = 250;

export function newLiveness(now: number): Liveness {
  return { lookedAt: now, heardAt: now, cpuMs: null, stillMs: 0, asked: false };
}

/**
 * Judges a worker by one look. A missed heartbeat alone gives nobody up: silence does only with no CPU progress, and only
 * time in which this host was itself awake counts. A look that comes late says that our loop stood still: then what the
 * worker wrote may lie unread, so that time is nobody's silence. CPU that cannot be read is no proof of standing still.
 */
export function look(
  policy: LivenessPolicy,
  state: Liveness,
  seen: Look,
): { readonly state: Liveness; readonly verdict: LivenessVerdict } {
  const { now, heardAt } = seen;
  const alive = { lookedAt: now, heardAt, cpuMs: null, stillMs: 0, asked: false };
  if (heardAt > state.heardAt) return { state: alive, verdict: 'alive' };
  const cpuMs = seen.cpuMs();
  if (cpuMs === null) return { state: alive, verdict: 'silent' };
  const silent = { ...state, lookedAt: now, cpuMs: state.cpuMs ?? cpuMs };
  const progress = cpuMs - silent.cpuMs;
  // The process may be fewer than before, when a descendant has ended: any change is progress.
  const moved = state.asked ? Math.abs(progress) > DUMP_COST_MS : progress !== 0;
  if (moved) return { state: { ...alive, cpuMs }, verdict: 'silent' };
  const elapsed = now - state.lookedAt;
  if (elapsed < 0 || elapsed > 2 * policy.heartbeatMs) return { state: silent, verdict: 'silent' };
  if (state.asked) return { state: silent, verdict: 'dead' };
  const stillMs = state.stillMs + (state.cpuMs === null ? 0 : elapsed);
  const asked = stillMs >= policy.silenceMs;
  return { state: { ...silent, stillMs, asked }, verdict: asked ? 'ask' : 'silent' };
}
