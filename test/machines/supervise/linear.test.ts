import { describe, expect, it, vi } from 'vitest';
import { Children } from '../../../src/machines/supervise/children.js';
import type { SuperviseCommand } from '../../../src/machines/supervise/commands.js';
import { decide } from '../../../src/machines/supervise/decide.js';
import type { SuperviseEvent } from '../../../src/machines/supervise/events.js';
import type { ChildPolicy } from '../../../src/machines/supervise/policy.js';
import { newSupervisor, type SupervisorPolicy, type SupervisorState } from '../../../src/machines/supervise/state.js';
import { isThorough } from '../../effort.js';
import { child, policy } from './scenario.js';

/** What something cost: looks at single children, and lists of all of them. */
interface Cost {
  readonly looks: number;
  readonly lists: number;
}

/** A supervisor of children that are alive at once and gone at once, and that count how often they are looked at. */
class Counted {
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

/** What one child may cost. */
const FEW = 40;

function answer(command: SuperviseCommand): SuperviseEvent[] {
  if (command.type !== 'start' && command.type !== 'stop') return [];
  const { id, incarnation } = command;
  if (command.type === 'start') return [{ type: 'child.started', id, incarnation }];
  return [{ type: 'child.exited', id, incarnation, exit: { kind: 'shutdown' } }];
}

const crash = (id: string): SuperviseEvent => {
  return { type: 'child.exited', id, incarnation: 1, exit: { kind: 'killed' } };
};
const end = (id: string): SuperviseEvent => {
  return { type: 'child.exited', id, incarnation: 1, exit: { kind: 'normal' } };
};

/** One child alone was looked at. */
function expectOne({ looks, lists }: Cost): void {
  expect(lists).toBe(0);
  expect(looks).toBeLessThan(FEW);
}

/** Each was looked at a few times, and all were listed once. */
function expectAll({ looks, lists }: Cost, size: number): void {
  expect(lists).toBeLessThan(3);
  expect(looks / size).toBeLessThan(FEW);
}

describe.each(isThorough ? [1_000, 10_000] : [500])('among %i children', (size) => {
  it('of a dynamic supervisor each start, restart, end and stop looks at its own child alone', () => {
    const supervisor = new Counted({ dynamic: true, autoShutdown: 'all_significant' });
    supervisor.send({ type: 'supervisor.boot' });
    const started = supervisor.start(size);
    expect(started.lists).toBe(0);
    expectAll(started, size);
    expectOne(supervisor.send(crash('c5')));
    expectOne(supervisor.send(end('c7')));
    expectOne(supervisor.send({ type: 'call.terminateChild', id: 'c9', reply: 1 }));
    expectAll(supervisor.send({ type: 'espalier.stop' }), size);
    expect(supervisor.state.phase).toBe('ended');
  });

  it('of a static supervisor too, from its boot to its stop', () => {
    const supervisor = new Counted({}, size);
    expectAll(supervisor.send({ type: 'supervisor.boot' }), size);
    expect(supervisor.state.phase).toBe('running');
    expectOne(supervisor.send(crash('c5')));
    expectAll(supervisor.send({ type: 'espalier.stop' }), size);
    expect(supervisor.state.phase).toBe('ended');
  });
});

it('what a supervisor still has to do is not copied for each step', () => {
  const children = ['a', 'b', 'c', 'd'].map((id) => child(id));
  const booting = decide(newSupervisor(policy(), children), { type: 'supervisor.boot' }, 0).state;
  const { state } = decide(booting, { type: 'child.started', id: 'a', incarnation: 1 }, 0);
  expect(booting.agenda.size).toBe(5);
  // Only the first push and the first shift build anything.
  const next = decide(state, { type: 'child.started', id: 'b', incarnation: 1 }, 0).state;
  expect(next.agenda.front).toBe(state.agenda.front?.next);
});

it.runIf(isThorough)('a hundred and thirty thousand children can be specified, started and stopped', () => {
  const supervisor = new Counted({}, 130_000);
  supervisor.send({ type: 'supervisor.boot' });
  expect(supervisor.state.phase).toBe('running');
  supervisor.send({ type: 'espalier.stop' });
  expect(supervisor.state.phase).toBe('ended');
});
