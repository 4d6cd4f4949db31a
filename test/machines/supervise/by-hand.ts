import { decide } from '../../../src/machines/supervise/decide.js';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import type { SuperviseCommand } from '../../../src/machines/supervise/state/commands.js';
import type { SuperviseEvent } from '../../../src/machines/supervise/state/events.js';
import {
  newSupervisor,
  type SupervisorPolicy,
  type SupervisorState,
} from '../../../src/machines/supervise/state/state.js';
import { child, describeResult, exitOf, policy } from './scenario.js';

/** A supervisor to which nothing happens but what a test says; of each event it tells what the supervisor does. */
export class ByHand {
  state: SupervisorState;

  constructor(options: Partial<SupervisorPolicy>, children: readonly ChildPolicy[]) {
    this.state = newSupervisor(policy(options), children);
  }

  tell(event: SuperviseEvent): string[] {
    const { state, commands } = decide(this.state, event, 0);
    this.state = state;
    return commands.map(describe);
  }

  started(id: string, incarnation = 1): string[] {
    return this.tell({ type: 'child.started', id, incarnation });
  }

  exited(id: string, how: Parameters<typeof exitOf>[0] = 'shutdown', incarnation = 1): string[] {
    return this.tell({ type: 'child.exited', id, incarnation, exit: exitOf(how, `/s/${id}`) });
  }

  terminate(id: string, reply = 1): string[] {
    return this.tell({ type: 'call.terminateChild', id, reply });
  }

  count(reply = 2): string[] {
    return this.tell({ type: 'call.countChildren', reply });
  }

  stop(reason = 'enough'): string[] {
    return this.tell({ type: 'espalier.stop', reason });
  }
}

/** One that runs, with all of its children. */
export function running(ids: string, options: Partial<SupervisorPolicy> = {}, each: Partial<ChildPolicy> = {}): ByHand {
  const supervisor = new ByHand(
    options,
    [...ids].map((id) => child(id, each)),
  );
  supervisor.tell({ type: 'supervisor.boot' });
  for (const id of ids) supervisor.started(id);
  return supervisor;
}

/** A dynamic one that runs, with children that it was asked for. */
export function dynamic(ids: string, options: Partial<SupervisorPolicy> = {}, each: Partial<ChildPolicy> = {}): ByHand {
  const supervisor = running('', { dynamic: true, ...options });
  for (const [index, id] of [...ids].entries()) {
    supervisor.tell({ type: 'call.startChild', child: child(id, each), incarnation: 0, reply: 100 + index });
    supervisor.started(id);
  }
  return supervisor;
}

function describe(command: SuperviseCommand): string {
  switch (command.type) {
    case 'journal':
      return `${command.event.type} ${command.event.path}`;
    case 'reply':
      return `reply ${command.to} ${describeResult(command.result)}`;
    case 'exit':
      return `exit ${command.exit.kind} ${'reason' in command.exit ? command.exit.reason : ''}`;
    default:
      return `${command.type} ${command.id}`;
  }
}
