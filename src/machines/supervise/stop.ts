import type { ActorExit } from '../exits/exit.js';
import type { Child } from './state/children.js';
import type { ChildEvent, WaitingEvent } from './state/events.js';
import { EMPTY, toArray } from './state/queue.js';
import type { Step, SupervisorState } from './state/state.js';
import type { Turn } from './turn.js';

/**
 * Begins the end of a supervisor: what waits is refused, a start under way is withdrawn, all children stop, and then the
 * supervisor ends as `exit` says. A supervisor that already stops goes on doing so.
 */
export function beginStop(turn: Turn, exit: ActorExit): void {
  if (turn.isEnding()) return;
  const { agenda, inbox } = turn.state;
  for (const step of toArray(agenda)) refuse(turn, step);
  turn.set({ phase: 'stopping', agenda: EMPTY, awaited: 0, inbox: EMPTY });
  for (const event of toArray(inbox)) dismiss(turn, event);
  turn.do([...stopSteps(turn.state), { type: 'exit', exit }]);
}

/** Static children stop one after the other: one that is about to, then newest first. Dynamic ones stop together. */
function stopSteps({ policy, children }: SupervisorState): readonly Step[] {
  if (policy.dynamic) return [{ type: 'stop.all' }];
  const newestFirst = children.all().reverse();
  const stopping = newestFirst.filter(({ status }) => status === 'stopping');
  return [...stopping, ...newestFirst].map((child): Step => ({ type: 'stop', id: child.policy.id }));
}

function refuse(turn: Turn, step: Step): void {
  if (step.type === 'reply') turn.reply(step.to, { ok: false, error: 'stopping' });
  if (step.type === 'start' && step.purpose.type === 'call') {
    turn.reply(step.purpose.reply, { ok: false, error: 'stopping' });
  }
}

function dismiss(turn: Turn, event: WaitingEvent): void {
  if ('reply' in event) turn.reply(event.reply, { ok: false, error: 'stopping' });
  if (event.type === 'child.exited') noteExit(turn, event);
}

/** Notes the end of a child that nothing is to be done about. */
function noteExit(turn: Turn, event: ChildEvent & { type: 'child.exited' }): void {
  const child = turn.current(event);
  if (!child || child.status === 'stopped') return;
  turn.reportExit(child, event.exit);
  turn.retire(child);
}

/** Takes the first step, a stop, of the agenda; it is done when there is nobody to wait for. */
export function performStop(turn: Turn, ids: readonly string[]): void {
  noteWaitingExits(turn, new Set(ids));
  let awaited = 0;
  for (const id of ids) if (askToStop(turn, id)) awaited += 1;
  turn.set({ awaited });
  if (awaited === 0) turn.done();
}

function askToStop(turn: Turn, id: string): boolean {
  const child = turn.child(id);
  if (!child) return false;
  if (child.status === 'running' || child.status === 'starting') {
    const { incarnation, policy } = child;
    turn.put(child, { status: 'stopping' });
    turn.command({ type: 'stop', id, incarnation, shutdown: policy.shutdown });
    return true;
  }
  if (child.status === 'restarting') turn.retire(child);
  return child.status === 'stopping';
}

/** The end of a child may have come in before the decision to stop it; it will not come again. */
function noteWaitingExits(turn: Turn, ids: ReadonlySet<string>): void {
  const waiting = toArray(turn.state.inbox);
  turn.set({ inbox: EMPTY });
  for (const event of waiting) {
    if (event.type === 'child.exited' && ids.has(event.id)) noteExit(turn, event);
    else turn.wait(event);
  }
}

/** The answer to the stop under way: the child has ended, or its start came to nothing. */
export function stopped(turn: Turn, event: ChildEvent, child: Child): void {
  // One that had started in the meantime is being stopped; its end follows.
  if (event.type === 'child.started') return;
  if (event.type === 'child.exited') turn.reportExit(child, event.exit);
  turn.retire(child);
  // When none is awaited any more the step is taken again: nobody is left to stop, and so it is done.
  turn.set({ awaited: turn.state.awaited - 1 });
}
