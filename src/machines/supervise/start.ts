import { startError } from './failed-start.js';
import type { Child } from './state/children.js';
import type { ChildEvent } from './state/events.js';
import { EMPTY } from './state/queue.js';
import type { StartPurpose, Step } from './state/state.js';
import { beginStop } from './stop.js';
import type { Turn } from './turn.js';

type StartStep = Step & { readonly type: 'start' };

/** Takes the first step, a start, of the agenda. */
export function performStart(turn: Turn, { id }: StartStep): void {
  const child = turn.child(id);
  // A temporary child that a group's restart has stopped is not started again.
  if (!child) return turn.done();
  const incarnation = child.incarnation + 1;
  turn.put(child, { status: 'starting', incarnation });
  turn.command({ type: 'start', id, incarnation, policy: child.policy });
  turn.set({ awaited: 1 });
}

/** The answer to a start. */
export function answered(turn: Turn, event: ChildEvent, child: Child, { purpose }: StartStep): void {
  if (event.type === 'child.started') started(turn, child, purpose);
  if (event.type === 'child.ignored') ignored(turn, child, purpose);
  if (event.type === 'child.failed') failed(turn, child, purpose, event.error);
}

/** The answer to a start that the supervisor's own end has overtaken: the child stops in its turn. */
export function answeredLate(turn: Turn, event: ChildEvent, child: Child): void {
  if (event.type === 'child.failed') turn.reportCrash(child, event.error);
  if (event.type === 'child.started') turn.put(child, { status: 'running' });
  else turn.retire(child);
}

function started(turn: Turn, child: Child, purpose: StartPurpose): void {
  const { policy, incarnation } = child;
  turn.done();
  turn.put(child, { status: 'running', startedAt: turn.now });
  switch (purpose.type) {
    case 'boot':
      return;
    case 'restart': {
      const data = { reason: purpose.reason, restarts: turn.state.restarts.length };
      return turn.journal({ type: 'actor.restarted', path: turn.path(policy.id), incarnation, data });
    }
    case 'call':
      return turn.reply(purpose.reply, { ok: true, path: turn.path(policy.id), ignored: false });
    default:
      purpose satisfies never;
  }
}

function ignored(turn: Turn, child: Child, purpose: StartPurpose): void {
  turn.done();
  turn.retire(child);
  if (purpose.type !== 'call') return;
  turn.reply(purpose.reply, { ok: true, path: turn.path(child.policy.id), ignored: true });
}

function failed(turn: Turn, child: Child, purpose: StartPurpose, error: unknown): void {
  turn.reportCrash(child, error);
  switch (purpose.type) {
    case 'boot':
      beginStop(turn, { kind: 'crash', error: startError(turn.path(child.policy.id), error) });
      return turn.retire(child);
    case 'restart':
      return retry(turn, child, error);
    case 'call':
      turn.done();
      if (purpose.isNew) turn.drop(child);
      else turn.retire(child);
      return turn.reply(purpose.reply, { ok: false, error: 'start_failed', cause: error });
    default:
      purpose satisfies never;
  }
}

/** A failed restart counts as another one. What already waits comes first; the rest of its group starts with it. */
function retry(turn: Turn, child: Child, error: unknown): void {
  const { policy, incarnation, failures } = child;
  turn.set({ agenda: EMPTY, awaited: 0 });
  turn.put(child, { status: 'restarting', failures: failures + 1 });
  turn.wait({ type: 'child.retry', id: policy.id, incarnation, error });
}
