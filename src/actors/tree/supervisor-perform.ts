import { fromCallback } from 'xstate';
import { EspalierError, Shutdown } from '../../errors.js';
import type { NewJournalEvent } from '../../machines/events.js';
import type { ActorExit } from '../../machines/exits/exit.js';
import type { ChildPolicy } from '../../machines/supervise/state/child-policy.js';
import type { SuperviseCommand } from '../../machines/supervise/state/commands.js';
import type { SuperviseEvent } from '../../machines/supervise/state/events.js';
import { backoffDelay, DEFAULT_BACKOFF } from '../../machines/time/backoff.js';
import type { Cell } from '../cell/cell.js';
import { childPath, startChild } from './child.js';
import type { ChildSpec, StartContext } from './child-spec.js';
import { isChildSpec } from './spec.js';
import { answerCall } from './supervisor-calls.js';

type Send = (event: SuperviseEvent) => void;

/** One child's incarnation on its way through life. */
interface Live {
  readonly incarnation: number;
  cell: Cell | undefined;
  /** Whether its start, still without a cell, is wanted no more. */
  withdrawn: boolean;
}

type Command<T extends SuperviseCommand['type']> = SuperviseCommand & { readonly type: T };

/**
 * Carries out what one incarnation of a supervisor decides. A machine that supervises hands it its commands in the action
 * `perform`, and invokes `keeper` at its root: whatever way the machine ends, no child outlives it.
 */
export class Supervision {
  readonly #context: StartContext;
  /** Children that are specified from the beginning keep their incarnations when the supervisor is restarted. */
  readonly #initial: ReadonlySet<string>;
  readonly #live = new Map<string, Live>();
  readonly #timers = new Map<string, unknown>();

  constructor(context: StartContext, children: readonly ChildPolicy[]) {
    this.#context = context;
    this.#initial = new Set(children.map(({ id }) => id));
  }

  /** Kills what still lives when its machine ends. */
  readonly keeper = fromCallback(() => () => this.#dispose());

  perform(commands: readonly SuperviseCommand[], send: Send): void {
    for (const command of commands) this.#perform(command, send);
  }

  /** The living cell of a child. */
  cell(id: string): Cell | undefined {
    const cell = this.#live.get(id)?.cell;
    return cell?.exit ? undefined : cell;
  }

  #perform(command: SuperviseCommand, send: Send): void {
    switch (command.type) {
      case 'start':
        return void this.#start(command, send);
      case 'stop':
        return this.#stop(command, send);
      case 'schedule':
        return this.#schedule(command, send);
      case 'forget':
        return this.#forget(command);
      case 'reply':
        return answerCall(this.#context.env, command.to, command.result);
      case 'journal':
        return this.#journal(command.event);
      case 'exit':
        return end(command.exit);
      default:
        command satisfies never;
    }
  }

  async #start({ id, incarnation, policy }: Command<'start'>, send: Send): Promise<void> {
    const live: Live = { incarnation, cell: undefined, withdrawn: false };
    this.#live.set(id, live);
    const leave: Send = (event) => {
      // A start that was withdrawn has had its answer.
      if (this.#live.get(id) !== live) return;
      this.#live.delete(id);
      send(event);
    };
    try {
      const { env, path } = this.#context;
      const onExit = (exit: ActorExit) => leave({ type: 'child.exited', id, incarnation, exit });
      const onCell = (cell: Cell) => {
        live.cell = cell;
      };
      const options = { isWithdrawn: () => live.withdrawn, onCell };
      const child = await startChild(env, path, specOf(policy), incarnation, onExit, options);
      if (child === 'ignore') leave({ type: 'child.ignored', id, incarnation });
      else send({ type: 'child.started', id, incarnation });
    } catch (error) {
      leave({ type: 'child.failed', id, incarnation, error });
    }
  }

  #stop({ id, incarnation, shutdown }: Command<'stop'>, send: Send): void {
    const live = this.#live.get(id);
    // One that has ended in the meantime has said so: its exit is on its way.
    if (live?.incarnation !== incarnation) return;
    if (live.cell) return void live.cell.stop(shutdown);
    live.withdrawn = true;
    this.#live.delete(id);
    const error = new EspalierError('ESP_STOPPED', `the start of ${this.#pathOf(id)} was withdrawn`);
    send({ type: 'child.failed', id, incarnation, error });
  }

  #schedule({ id, incarnation, policy, attempt }: Command<'schedule'>, send: Send): void {
    const { clock, random } = this.#context.env;
    const delay = backoffDelay(policy.backoff ?? DEFAULT_BACKOFF, attempt, random());
    clock.clearTimeout(this.#timers.get(id));
    const due = () => {
      this.#timers.delete(id);
      send({ type: 'child.due', id, incarnation });
    };
    this.#timers.set(id, clock.setTimeout(due, delay));
  }

  #forget({ id }: Command<'forget'>): void {
    this.#context.env.clock.clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const { directory } = this.#context.env;
    if (!this.#initial.has(id)) directory.forget(this.#pathOf(id));
    directory.retire(this.#pathOf(id));
  }

  #journal(event: NewJournalEvent): void {
    const { env, path, incarnation } = this.#context;
    env.journal(event.path === path ? { ...event, incarnation } : event);
  }

  #pathOf(id: string): string {
    return childPath(this.#context.path, id);
  }

  #dispose(): void {
    const { clock, directory } = this.#context.env;
    const left = [...this.#live].reverse();
    this.#live.clear();
    for (const timer of this.#timers.values()) clock.clearTimeout(timer);
    this.#timers.clear();
    for (const [id, live] of left) {
      live.withdrawn = true;
      void live.cell?.kill();
      if (!this.#initial.has(id)) directory.forget(this.#pathOf(id));
    }
    // Its next life begins with the children that are specified, and with no others.
    directory.retireBelow(this.#context.path, this.#initial);
  }
}

function specOf(policy: ChildPolicy): ChildSpec {
  if (isChildSpec(policy)) return policy;
  throw new EspalierError('ESP_INVALID', `child ${policy.id} cannot be started: it has no start function`);
}

/** Ends the machine that performs this: in an action a throw is how an actor says how it ended. */
function end(exit: ActorExit): void {
  if (exit.kind === 'crash') throw exit.error;
  if (exit.kind === 'shutdown') throw new Shutdown(exit.reason);
}
