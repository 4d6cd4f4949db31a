import { decide } from '../../../src/machines/supervise/decide.js';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import type { SuperviseCommand } from '../../../src/machines/supervise/state/commands.js';
import type { CallEvent, SuperviseEvent } from '../../../src/machines/supervise/state/events.js';
import {
  newSupervisor,
  type SupervisorPolicy,
  type SupervisorState,
} from '../../../src/machines/supervise/state/state.js';
import { type Act, child, describeResult, exitOf, type Outcome, policy, type Scenario } from './scenario.js';

/** A world in which every start and stop is answered at once: `decide` plays a scenario and leaves a trace. */
export class World {
  state: SupervisorState;
  now = 0;
  readonly trace: string[] = [];
  readonly commands: SuperviseCommand[] = [];
  /** The incarnation of each child that is alive. */
  readonly alive = new Map<string, number>();
  readonly #outcomes: Map<string, Outcome[]>;
  readonly #due: SuperviseEvent[] = [];
  #reply = 0;

  constructor(readonly scenario: Scenario) {
    this.state = newSupervisor(scenario.policy, scenario.children);
    this.#outcomes = new Map(Object.entries(scenario.outcomes).map(([id, outcomes]) => [id, [...outcomes]]));
  }

  play(): readonly string[] {
    this.send({ type: 'supervisor.boot' });
    for (const act of this.scenario.acts) this.act(act);
    return this.trace;
  }

  act(act: Act): void {
    if (this.state.phase === 'ended') return;
    switch (act.type) {
      case 'wait':
        this.now += act.ms;
        return;
      case 'stop':
        return this.send({ type: 'espalier.stop' });
      case 'exit': {
        const incarnation = this.alive.get(act.id);
        if (incarnation === undefined) return;
        this.alive.delete(act.id);
        this.trace.push(`exit ${act.id} ${act.how}`);
        return this.send({ type: 'child.exited', id: act.id, incarnation, exit: exitOf(act.how, `/s/${act.id}`) });
      }
      default:
        return this.send(this.#call(act));
    }
  }

  /** Hands over an event, and then everything that follows from it. */
  send(event: SuperviseEvent): void {
    this.sendAll([event]);
  }

  /** Hands over events that come together, and then everything that follows from them. */
  sendAll(events: readonly SuperviseEvent[]): void {
    const queue = [...events];
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { state, commands } = decide(this.state, next, this.now);
      this.state = state;
      for (const command of commands) {
        this.commands.push(command);
        queue.push(...this.#perform(command));
      }
    }
  }

  /** Ends the backoffs that have been asked for. */
  fireTimers(): void {
    for (const event of this.#due.splice(0)) this.send(event);
  }

  #call(act: Exclude<Act, { type: 'wait' | 'stop' | 'exit' }>): CallEvent {
    this.#reply += 1;
    const reply = this.#reply;
    switch (act.type) {
      case 'startChild':
        return { type: 'call.startChild', reply, child: act.child, incarnation: 0 };
      case 'terminateChild':
        return { type: 'call.terminateChild', reply, id: act.id };
      case 'restartChild':
        return { type: 'call.restartChild', reply, id: act.id };
      case 'deleteChild':
        return { type: 'call.deleteChild', reply, id: act.id };
      case 'getChildSpec':
        return { type: 'call.getChildSpec', reply, id: act.id };
      case 'whichChildren':
        return { type: 'call.whichChildren', reply };
      case 'countChildren':
        return { type: 'call.countChildren', reply };
      default:
        return act satisfies never;
    }
  }

  #perform(command: SuperviseCommand): readonly SuperviseEvent[] {
    switch (command.type) {
      case 'start':
        return [this.#start(command)];
      case 'stop':
        this.trace.push(`stop ${command.id}`);
        this.alive.delete(command.id);
        return [{ type: 'child.exited', id: command.id, incarnation: command.incarnation, exit: { kind: 'shutdown' } }];
      case 'schedule':
        this.trace.push(`schedule ${command.id} ${command.attempt}`);
        this.#due.push({ type: 'child.due', id: command.id, incarnation: command.incarnation });
        return [];
      case 'reply':
        this.trace.push(`reply ${describeResult(command.result)}`);
        return [];
      case 'exit':
        this.trace.push(`end ${command.exit.kind}`);
        return [];
      case 'forget':
      case 'journal':
        return [];
      default:
        return command satisfies never;
    }
  }

  #start({ id, incarnation }: { readonly id: string; readonly incarnation: number }): SuperviseEvent {
    const outcome = this.#outcomes.get(id)?.shift() ?? 'ok';
    this.trace.push(outcome === 'ok' ? `start ${id}` : `${outcome} ${id}`);
    switch (outcome) {
      case 'ok':
        this.alive.set(id, incarnation);
        return { type: 'child.started', id, incarnation };
      case 'fail':
        return { type: 'child.failed', id, incarnation, error: new Error('no') };
      case 'ignore':
        return { type: 'child.ignored', id, incarnation };
      default:
        return outcome satisfies never;
    }
  }
}

/** The trace of a scenario. */
export function play(scenario: Scenario): readonly string[] {
  return new World(scenario).play();
}

interface Options {
  readonly policy?: Partial<SupervisorPolicy>;
  readonly outcomes?: Readonly<Record<string, readonly Outcome[]>>;
}

/** Three children. */
export const abc = (options: Partial<ChildPolicy> = {}) => ['a', 'b', 'c'].map((id) => child(id, options));

/** What a supervisor of a, b, c (unless others are given) does when these things are done to it; its boot left out. */
export function trace(acts: readonly Act[], options: Options = {}, children = abc()): readonly string[] {
  return world(acts, options, children).trace.slice(children.length);
}

/** The world after these acts. */
export function world(acts: readonly Act[], options: Options = {}, children = abc()): World {
  const scene = new World({ policy: policy(options.policy), children, outcomes: options.outcomes ?? {}, acts });
  scene.play();
  return scene;
}
