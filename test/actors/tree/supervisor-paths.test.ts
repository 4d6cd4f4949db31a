import { expect, it } from 'vitest';
import { createMachine, type SnapshotFrom } from 'xstate';
import type { Logic } from '../../../src/actors/cell/logic.js';
import { startChild } from '../../../src/actors/tree/child.js';
import type { ChildSpec } from '../../../src/actors/tree/child-spec.js';
import { spec } from '../../../src/actors/tree/spec.js';
import { supervisorLogic } from '../../../src/actors/tree/supervisor.js';
import type { Child } from '../../../src/machines/supervise/state/children.js';
import type { ChildEvent, SuperviseEvent } from '../../../src/machines/supervise/state/events.js';
import { toArray } from '../../../src/machines/supervise/state/queue.js';
import { newSupervisor, type Strategy, type SupervisorState } from '../../../src/machines/supervise/state/state.js';
import { supervisorMachine } from '../../../src/machines/supervise/supervisor.js';
import type { Backoff } from '../../../src/machines/time/backoff.js';
import { type Subject, testPaths } from '../../../src/testing/index.js';
import { child, policy } from '../../machines/supervise/scenario.js';
import { TestTree } from './supervisor-tree.js';

type State = SnapshotFrom<typeof supervisorMachine>;

/** A child that starts, and ends when it is asked to, as soon as it is told; whoever has asked waits. */
const patient: Logic = createMachine({
  initial: 'booting',
  on: {
    fail: {
      actions: () => {
        throw new Error('no');
      },
    },
  },
  states: {
    booting: { tags: 'espalier.starting', on: { boot: 'alive', 'espalier.stop': 'leavingEarly' } },
    leavingEarly: { tags: 'espalier.starting', on: { boot: 'leaving', end: 'over' } },
    alive: { on: { end: 'over', 'espalier.stop': 'leaving' } },
    leaving: { on: { end: 'over' } },
    over: { type: 'final' },
  },
});

/** What the world can do next. A start that has been answered can no longer be ignored. */
function possible({ children, inbox, phase }: SupervisorState): SuperviseEvent[] {
  const gone = new Set(toArray(inbox).flatMap((event) => (event.type === 'child.exited' ? [event.id] : [])));
  const about = children.all().flatMap((one) => (gone.has(one.policy.id) ? [] : eventsOf(one, phase)));
  return phase === 'ended' ? [] : [...about, { type: 'espalier.stop' }];
}

function eventsOf(
  { policy: { id, backoff }, status, incarnation }: Child,
  phase: SupervisorState['phase'],
): ChildEvent[] {
  const about = { id, incarnation };
  switch (status) {
    case 'starting': {
      const answers: ChildEvent[] = [
        { ...about, type: 'child.started' },
        { ...about, type: 'child.failed', error: new Error('no') },
      ];
      return phase === 'stopping' ? answers : [...answers, { ...about, type: 'child.ignored' }];
    }
    case 'stopping':
      return [{ ...about, type: 'child.exited', exit: { kind: 'shutdown' } }];
    case 'running':
      return [
        { ...about, type: 'child.exited', exit: { kind: 'normal' } },
        { ...about, type: 'child.exited', exit: { kind: 'killed' } },
      ];
    case 'restarting':
      return backoff && phase !== 'stopping' ? [{ ...about, type: 'child.due' }] : [];
    case 'stopped':
      return [];
    default:
      return status satisfies never;
  }
}

/** A supervisor in its cell, with children in cells; a start is answered, and an end comes, when the path says so. */
class Supervised implements Subject<typeof supervisorMachine> {
  readonly #tree = new TestTree();
  readonly #starts = new Map<string, (result: Logic | 'ignore' | Error) => void>();

  constructor(
    readonly strategy: Strategy,
    readonly policies: typeof POLICIES,
    readonly intensity: number,
  ) {}

  async boot(backoff: Backoff | undefined): Promise<this> {
    const children = this.policies.map(({ id, restart }) => this.#child(id, restart, backoff));
    const options = { strategy: this.strategy, intensity: this.intensity, children };
    const supervisor = spec({ id: 's', type: 'supervisor', start: supervisorLogic(options) });
    // It resolves when all children have started, which is up to the path.
    startChild(this.#tree.env, '/', supervisor, 1, () => undefined).catch(() => undefined);
    await this.#tree.settle();
    return this;
  }

  #child(id: string, restart: ChildSpec['restart'], backoff: Backoff | undefined): ChildSpec {
    const start = () =>
      new Promise<Logic | 'ignore'>((resolve, reject) => {
        this.#starts.set(id, (result) => (result instanceof Error ? reject(result) : resolve(result)));
      });
    return spec({ id, restart, shutdown: 'infinity', backoff, start });
  }

  async perform(event: SuperviseEvent): Promise<void> {
    await this.#do(event);
    await this.#tree.settle();
  }

  async #do(event: SuperviseEvent): Promise<void> {
    const cell = 'id' in event ? this.#tree.directory.whereis(`/s/${event.id}`) : undefined;
    switch (event.type) {
      case 'child.started':
        if (!cell) await this.#answer(event.id, patient);
        return this.#tree.send(`/s/${event.id}`, 'boot');
      case 'child.ignored':
        return this.#answer(event.id, 'ignore');
      case 'child.failed':
        return cell ? this.#tree.send(cell.path, 'fail') : this.#answer(event.id, new Error('no'));
      case 'child.exited':
        return void (event.exit.kind === 'killed' ? cell?.kill() : cell?.send({ type: 'end' }));
      case 'child.due':
        return void this.#tree.clock.next();
      case 'espalier.stop':
        // A start that nobody has answered would be withdrawn at once.
        for (const id of [...this.#starts.keys()]) await this.#answer(id, patient);
        return void this.#tree.directory.whereis('/s')?.stop('infinity');
      default:
        throw new Error(`nobody does ${event.type}`);
    }
  }

  async #answer(id: string, result: Logic | 'ignore' | Error): Promise<void> {
    this.#starts.get(id)?.(result);
    this.#starts.delete(id);
    await this.#tree.settle();
  }

  check({ value, status, context }: State): void {
    const cell = this.#tree.directory.whereis('/s');
    if (status !== 'active') return expect([...this.#tree.directory.cells()]).toEqual([]);
    expect(cell?.getSnapshot()).toMatchObject({ value });
    const real: unknown =
      cell && 'context' in cell.getSnapshot() ? Object(cell.getSnapshot()).context.supervision : null;
    expect(isState(real) && records(real)).toEqual(records(context.supervision));
  }

  async close(): Promise<void> {
    await this.#tree.directory.whereis('/s')?.kill();
    await this.#tree.settle();
    expect([...this.#tree.directory.cells()]).toEqual([]);
    expect(this.#tree.clock.pending).toEqual([]);
  }
}

function isState(value: unknown): value is SupervisorState {
  return typeof value === 'object' && value !== null && 'children' in value && 'inbox' in value;
}

/** What supervisor and machine must agree on. */
function records({ children, restarts, phase, inbox }: SupervisorState): unknown {
  const each = children.all().map(({ policy: { id }, status, incarnation }) => [id, status, incarnation]);
  return [each, restarts.length, phase, toArray(inbox).map(({ type }) => type)];
}

const POLICIES = [
  { id: 'a', restart: 'permanent' },
  { id: 'b', restart: 'transient' },
  { id: 'c', restart: 'temporary' },
] satisfies readonly Pick<ChildSpec, 'id' | 'restart'>[];

const NEVER = [/^supervisor --(call|supervisor)\./, /^supervisor --child\.retry/, /--always \[hasEnded\]--> stopped/];

it.each<[string, Strategy, Backoff | undefined, RegExp[]]>([
  ['one_for_one', 'one_for_one', undefined, [/child\.due/]],
  ['rest_for_one', 'rest_for_one', undefined, [/child\.due/]],
  ['one_for_all', 'one_for_all', undefined, [/child\.due/]],
  ['one_for_one and backoff', 'one_for_one', { initialMs: 100, factor: 2, maxMs: 400, jitter: 0 }, []],
])(
  'a supervisor (%s) of cells is, on every shortest path, where its machine is',
  async (_, strategy, backoff, except) => {
    // A backoff can be over in any order: three children would have too many.
    const [policies, intensity] = backoff ? [POLICIES.slice(0, 2), 1] : [POLICIES, 2];
    const children = policies.map(({ id, restart }) => child(id, { restart, shutdown: 'infinity', backoff }));
    const report = await testPaths(supervisorMachine, {
      kind: 'shortest',
      input: { supervision: newSupervisor(policy({ strategy, intensity }), children), now: () => 0 },
      events: ({ context }) => possible(context.supervision),
      distinguish: ({ value, context }) => [value, records(context.supervision)],
      subject: () => new Supervised(strategy, policies, intensity).boot(backoff),
      except: [...NEVER, ...except],
    });
    expect(report.paths).toBeGreaterThan(20);
  },
);
