import { addRestart } from './intensity.js';
import type { Child } from './state/children.js';
import type { Step } from './state/state.js';
import { beginStop } from './stop.js';
import { affected } from './strategy.js';
import type { Turn } from './turn.js';

/** A child that lived so long (ms) has not failed in a row with the one before it. */
const STABLE_MS = 1000;

/** How many failures in a row a child that has ended now has behind it. */
export function failuresAfter(child: Child, now: number): number {
  return now - child.startedAt >= STABLE_MS ? 0 : child.failures + 1;
}

/** Restarts a child, and those its strategy takes with it: at once or after its backoff; past the intensity the supervisor ends. */
export function restart(turn: Turn, child: Child, reason: string): void {
  const { policy } = turn.state;
  const { restarts, exceeded } = addRestart(policy, turn.state.restarts, turn.now);
  turn.set({ restarts });
  if (exceeded) return escalate(turn, child, reason);
  if (child.policy.backoff && child.failures > 0) return postpone(turn, child);
  turn.do([...stops(turn, child.policy.id), ...starts(turn, child.policy.id, reason)]);
}

/** Restarts a child whose backoff is over; it was counted when it was put off. */
export function restartDue(turn: Turn, child: Child): void {
  turn.do([...stops(turn, child.policy.id), ...starts(turn, child.policy.id, 'after its backoff')]);
}

/** Past the intensity: the supervisor stops all children and ends with `shutdown`, as in OTP. */
function escalate(turn: Turn, child: Child, reason: string): void {
  const { path, intensity, periodMs } = turn.state.policy;
  turn.journal({ type: 'supervisor.escalated', path, data: { reason, intensity, periodMs } });
  const { id } = child.policy;
  beginStop(turn, { kind: 'shutdown', reason: { type: 'max_restart_intensity', child: turn.path(id), reason } });
}

/** Those who depend on the child do not run on without it. */
function postpone(turn: Turn, child: Child): void {
  const { policy, incarnation, failures } = child;
  turn.command({ type: 'schedule', id: policy.id, incarnation, policy, attempt: failures - 1 });
  turn.do(stops(turn, policy.id));
}

/** The child itself has ended already. */
function stops(turn: Turn, id: string): readonly Step[] {
  const others = affected(turn.state, id).filter((affectedId) => affectedId !== id);
  return others.reverse().map((affectedId): Step => ({ type: 'stop', id: affectedId }));
}

function starts(turn: Turn, id: string, reason: string): readonly Step[] {
  return affected(turn.state, id).map((affectedId): Step => {
    const why = affectedId === id ? reason : `with ${turn.path(id)}`;
    return { type: 'start', id: affectedId, purpose: { type: 'restart', reason: why } };
  });
}
