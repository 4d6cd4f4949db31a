import { toErrorRecord } from '../../errors.js';
import { call } from './call.js';
import { exited } from './exited.js';
import { restart, restartDue } from './restart.js';
import { answered, answeredLate, performStart } from './start.js';
import type { ChildEvent, SuperviseEvent } from './state/events.js';
import { EMPTY, peek, shift } from './state/queue.js';
import type { Decision, Step, SupervisorState } from './state/state.js';
import { beginStop, performStop, stopped } from './stop.js';
import { Turn } from './turn.js';

/**
 * The whole of a supervisor: what it does about an event. It follows OTP's supervisor (Elixir's, for dynamic ones), which
 * does one thing at a time: while a child is being started or stopped, what comes in waits.
 *
 * @param now milliseconds; only differences count
 */
export function decide(state: SupervisorState, event: SuperviseEvent, now: number): Decision {
  const turn = new Turn(state, now);
  receive(turn, event);
  advance(turn);
  return { state: turn.state, commands: turn.commands };
}

function receive(turn: Turn, event: SuperviseEvent): void {
  switch (event.type) {
    case 'supervisor.boot':
      return boot(turn);
    case 'espalier.stop':
      return beginStop(turn, { kind: 'shutdown', reason: event.reason });
    case 'supervisor.fail':
      return beginStop(turn, { kind: 'crash', error: event.error });
    case 'child.started':
    case 'child.ignored':
    case 'child.failed':
    case 'child.exited':
      return heard(turn, event);
    case 'child.due':
    case 'child.retry':
      if (turn.current(event)) turn.wait(event);
      return;
    default:
      if (turn.isEnding()) return turn.reply(event.reply, { ok: false, error: 'stopping' });
      return turn.wait(event);
  }
}

function boot(turn: Turn): void {
  const starts = turn.state.children.ids().map((id): Step => ({ type: 'start', id, purpose: { type: 'boot' } }));
  turn.do([...starts, { type: 'ready' }]);
}

/** What comes of a child is what the step under way waits for, or it waits for its turn, or it comes too late for anything. */
function heard(turn: Turn, event: ChildEvent): void {
  const child = turn.current(event);
  if (!child) return;
  if (child.status === 'stopping') return stopped(turn, event, child);
  if (child.status !== 'starting' || event.type === 'child.exited') return turn.wait(event);
  const step = peek(turn.state.agenda);
  if (step?.type === 'start') answered(turn, event, child, step);
  else answeredLate(turn, event, child);
}

/** Takes steps, then events from the inbox, until an answer must be awaited or nothing is left. */
function advance(turn: Turn): void {
  while (turn.state.awaited === 0) {
    const step = peek(turn.state.agenda);
    if (step) perform(turn, step);
    else if (!takeNext(turn)) return;
  }
}

function perform(turn: Turn, step: Step): void {
  switch (step.type) {
    case 'start':
      return performStart(turn, step);
    case 'stop':
      return performStop(turn, [step.id]);
    case 'stop.all':
      return performStop(turn, turn.state.children.ids());
    case 'reply':
      turn.done();
      return turn.reply(step.to, { ok: true });
    case 'ready':
      turn.done();
      return turn.set({ phase: 'running' });
    case 'exit':
      turn.set({ phase: 'ended', agenda: EMPTY });
      return turn.command({ type: 'exit', exit: step.exit });
    default:
      step satisfies never;
  }
}

function takeNext(turn: Turn): boolean {
  const next = shift(turn.state.inbox);
  if (!next) return false;
  const [event, inbox] = next;
  turn.set({ inbox });
  if ('reply' in event) call(turn, event);
  else happened(turn, event);
  return true;
}

function happened(turn: Turn, event: ChildEvent): void {
  const child = turn.current(event);
  if (event.type === 'child.exited' && child?.status === 'running') exited(turn, child, event.exit);
  if (event.type === 'child.retry' && child?.status === 'restarting') restart(turn, child, failedRestart(event.error));
  if (event.type === 'child.due' && child?.status === 'restarting') restartDue(turn, child);
}

function failedRestart(error: unknown): string {
  const { code, message } = toErrorRecord(error);
  return `its restart failed: ${code}: ${message}`;
}
