import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventFrom,
  type SnapshotFrom,
} from 'xstate';
import { EspalierError, toErrorRecord } from '../../errors.js';
import { checkOptions, fields, func, kind, listOf } from '../../options.js';
import { SimulatedClock } from '../system/clock.js';
import { Coverage, type Covered } from './coverage.js';
import { distinguisher, type MachinePath, machinePaths, type PathOptions, pathRules } from './explore.js';
import { inert } from './inert.js';
import { script } from './script.js';

/** What a machine describes: a real actor, a page, a reference model. It is made anew for each path. */
export interface Subject<M extends AnyStateMachine> {
  /** Makes happen what the event says; for `xstate.after.*` time passes (`ownEvent` reads such events). */
  perform(event: EventFrom<M>): void | Promise<void>;
  /** Throws if the subject is not where the machine is. Called at the start and after each event. */
  check(state: SnapshotFrom<M>): void | Promise<void>;
  close?(): void | Promise<void>;
}

export interface TestPathsOptions<M extends AnyStateMachine> extends PathOptions<M> {
  /** What is driven along each path beside the machine. */
  readonly subject?: (path: MachinePath<M>) => Subject<M> | Promise<Subject<M>>;
  /** Throws if something does not hold that must hold in every state. */
  readonly invariant?: (state: SnapshotFrom<M>) => void;
  /** States and transitions, as a report names them, that no path can go through. An exception without need is an error. */
  readonly except?: readonly (string | RegExp)[];
}

const rule = fields<TestPathsOptions<AnyStateMachine>>({
  ...pathRules,
  subject: func,
  invariant: func,
  except: listOf(kind('text or a regular expression', (value) => typeof value === 'string' || value instanceof RegExp)),
});

/** What paths went through. */
export interface PathReport {
  readonly paths: number;
  readonly steps: number;
  readonly states: Covered;
  readonly transitions: Covered;
}

/**
 * Walks every path through a machine (`machinePaths`), failure paths of what it invokes and delays included, and drives a
 * subject along. The machine itself is run without its effects: nothing that it invokes starts, no action that is a plain
 * function runs.
 *
 * @throws EspalierError `ESP_TEST` with the path as a script if a step fails, or naming the states and transitions that no
 * path goes through; `ESP_INVALID` if the paths have no end
 * @example
 * import { testPaths } from 'espalier/testing';
 * const { transitions } = await testPaths(orderMachine, {
 *   events: [{ type: 'pay' }, { type: 'cancel' }],
 *   invariant: ({ context }) => assert(context.total >= 0),
 * });
 */
export async function testPaths<M extends AnyStateMachine>(
  machine: M,
  options?: TestPathsOptions<M>,
): Promise<PathReport>;
export async function testPaths(machine: AnyStateMachine, options: Options = {}): Promise<PathReport> {
  checkOptions('testPaths', options, rule);
  const { subject: _, invariant: __, except: ___, ...ways } = options;
  const paths = machinePaths(machine, ways);
  const walk = new Walk(inert(machine), options);
  for (const [index, path] of paths.entries()) await walk.along(path, `path ${index + 1} of ${paths.length}`);
  const { coverage } = walk;
  coverage.assert(options.except ?? []);
  const steps = paths.reduce((sum, { events }) => sum + events.length, 0);
  return { paths: paths.length, steps, states: coverage.states, transitions: coverage.transitions };
}

type Options = TestPathsOptions<AnyStateMachine>;
type Path = MachinePath<AnyStateMachine>;

class Walk {
  readonly coverage: Coverage;
  readonly #tell: (state: AnyMachineSnapshot) => string;

  constructor(
    readonly machine: AnyStateMachine,
    readonly options: Options,
  ) {
    this.coverage = new Coverage(machine);
    this.#tell = distinguisher(options);
  }

  async along(path: Path, name: string): Promise<void> {
    let step = 0;
    const subject = await this.options.subject?.(path);
    try {
      const actor = this.#run();
      await this.#check(actor.getSnapshot(), path.states[0], subject);
      for (const event of path.events) {
        step += 1;
        actor.send(event);
        await subject?.perform(event);
        await this.#check(actor.getSnapshot(), path.states[step], subject);
      }
      actor.stop();
    } catch (error) {
      throw failure(error, path, step, name);
    } finally {
      await subject?.close?.();
    }
  }

  /** The machine as it goes; what it goes through is counted. */
  #run() {
    const { input } = this.options;
    const actor = createActor(this.machine, {
      clock: new SimulatedClock(),
      ...(input === undefined ? {} : { input }),
      inspect: (event) => {
        if (event.type !== '@xstate.microstep') return;
        for (const transition of event._transitions) this.coverage.take(transition);
        if (isMachineState(event.snapshot)) this.coverage.enter(event.snapshot);
      },
    });
    // An error is seen in the snapshot; without an observer it would end the process.
    actor.subscribe({ error: () => undefined });
    actor.start();
    this.coverage.enter(actor.getSnapshot());
    return actor;
  }

  async #check(
    state: AnyMachineSnapshot,
    foreseen: AnyMachineSnapshot | undefined,
    subject: Subject<AnyStateMachine> | undefined,
  ) {
    const [is, shouldBe] = [state, foreseen ?? state].map(this.#tell);
    if (is !== shouldBe)
      throw new EspalierError('ESP_TEST', `the machine is not the same twice: ${is} is not ${shouldBe}`);
    this.options.invariant?.(state);
    await subject?.check(state);
  }
}

function isMachineState(snapshot: object): snapshot is Pick<AnyMachineSnapshot, 'value'> {
  return 'value' in snapshot;
}

function failure(error: unknown, path: Path, step: number, name: string): EspalierError {
  const { message } = toErrorRecord(error);
  const events: readonly AnyEventObject[] = path.events;
  return new EspalierError('ESP_TEST', `${name} fails at step ${step}: ${message}\n\n${script(path, step)}\n`, {
    cause: error,
    context: { step, events },
  });
}
