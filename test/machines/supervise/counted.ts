import { vi } from 'vitest';
import { decide } from '../../../src/machines/supervise/decide.js';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import { Children } from '../../../src/machines/supervise/state/children.js';
import type { SuperviseCommand } from '../../../src/machines/supervise/state/commands.js';
import type { SuperviseEvent } from '../../../src/machines/supervise/state/events.js';
import {
  newSupervisor,
  type SupervisorPolicy,
  type SupervisorState,
} from '../../../src/machines/supervise/state/state.js';
import { child, policy } from './scenario.js';

/** What something cost: looks at single children, and lists of all of them. */
export interface Cost {
  readonly looks: number;
  readonly lists: number;
}

/** A supervisor of children that are alive at once and gone at once, and that count how often they are looked at. */
export class Counted {
  state: SupervisorState;
  readonly #lists = vi.spyOn(Children.prototype, 'all');
  #looks = 0;

  constructor(
    readonly options: Partial<SupervisorPolicy>,
    size = 0,
  ) {
    const children = Array.from({ length: size }, (_, n) => this.child(`c${n}`));
    this.state = newSupervisor(policy({ intensity: 1000, ...options }), children);
  }

  child(id: string): ChildPolicy {
    const significant = this.options.autoShutdown !== undefined;
    const look = <T>(target: object, field: string | symbol): T => {
      this.#looks += 1;
      return Reflect.get(target, field);
    };
    return new Proxy(child(id, { restart: 'transient', significant }), { get: look });
  }

  start(size: number): Cost {
    return this.#cost(() => {
      for (let n = 0; n < size; n += 1) {
        this.#send({ type: 'call.startChild', child: this.child(`c${n}`), incarnation: 0, reply: n });
      }
    });
  }

  send(event: SuperviseEvent): Cost {
    return this.#cost(() => this.#send(event));
  }

  #send(event: SuperviseEvent): void {
    const waiting: SuperviseEvent[] = [event];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { state, commands } = decide(this.state, next, 0);
      this.state = state;
      for (const command of commands) waiting.push(...answer(command));
    }
  }

  #cost(work: () => void): Cost {
    const [looks, lists] = [this.#looks, this.#lists.mock.calls.length];
    work();
    return { looks: this.#looks - looks, lists: this.#lists.mock.calls.length - lists };
  }
}

function answer(command: SuperviseCommand): SuperviseEvent[] {
  if (command.type !== 'start' && command.type !== 'stop') return [];
  const { id, incarnation } = command;
  if (command.type === 'start') return [{ type: 'child.started', id, incarnation }];
  return [{ type: 'child.exited', id, incarnation, exit: { kind: 'shutdown' } }];
}
