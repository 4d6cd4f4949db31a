import { toErrorRecord } from '../../errors.js';
import { type ActorExit, isExpected } from '../exits/exit.js';
import { isFailedStart, passedOn } from './failed-start.js';
import { failuresAfter, restart } from './restart.js';
import type { ChildPolicy, Restart } from './state/child-policy.js';
import type { Child } from './state/children.js';
import { beginStop } from './stop.js';
import type { Turn } from './turn.js';

/** A child has ended by itself. */
export function exited(turn: Turn, child: Child, exit: ActorExit): void {
  turn.reportExit(child, exit);
  if (!isRestarted[child.policy.restart](exit)) return leave(turn, child);
  if (isFailedStart(turn.path(child.policy.id), exit)) return giveUp(turn, child, exit.error);
  const ended: Child = { ...child, status: 'restarting', failures: failuresAfter(child, turn.now) };
  turn.put(ended);
  restart(turn, ended, describe(exit));
}

/** It would not start the next time either: its supervisor ends as it does when a child fails to start at its boot. */
function giveUp(turn: Turn, child: Child, error: unknown): void {
  beginStop(turn, { kind: 'crash', error: passedOn(turn.state.policy.path, error) });
  turn.retire(child);
}

const isRestarted: Readonly<Record<Restart, (exit: ActorExit) => boolean>> = {
  permanent: () => true,
  transient: (exit) => !isExpected(exit),
  temporary: () => false,
};

function leave(turn: Turn, child: Child): void {
  turn.retire(child);
  if (!shutsDown(turn, child.policy)) return;
  beginStop(turn, { kind: 'shutdown', reason: { type: 'auto_shutdown', child: turn.path(child.policy.id) } });
}

function shutsDown({ state }: Turn, { significant }: ChildPolicy): boolean {
  switch (state.policy.autoShutdown) {
    case 'never':
      return false;
    case 'any_significant':
      return significant;
    case 'all_significant':
      return significant && state.children.liveSignificant === 0;
    default:
      return state.policy.autoShutdown satisfies never;
  }
}

function describe(exit: ActorExit): string {
  if (exit.kind !== 'crash') return exit.kind;
  const { code, message } = toErrorRecord(exit.error);
  return `crash: ${code}: ${message}`;
}
