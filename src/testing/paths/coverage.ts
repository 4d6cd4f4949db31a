import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyTransitionDefinition,
  matchesState,
  pathToStateValue,
} from 'xstate';
import { getStateNodes } from 'xstate/graph';
import { EspalierError } from '../../errors.js';

/** What paths have gone through, and what none of them has, in the order of the machine. */
export interface Covered {
  readonly reached: readonly string[];
  readonly missed: readonly string[];
}

type StateNode = AnyStateMachine['root'];

/** What can be done about a way that was not found. */
const HINT =
  'A guard may ask for values: give the events with them, all of them, as "events". What nothing can reach, name in "except".';

/** Counts which states and transitions of a machine its paths go through, those of passing states too. */
export class Coverage {
  readonly #states = new Map<StateNode, boolean>();
  readonly #transitions = new Map<AnyTransitionDefinition, boolean>();

  constructor(machine: AnyStateMachine) {
    const nodes: StateNode[] = [machine.root, ...getStateNodes(machine.root)].filter(({ type }) => type !== 'history');
    for (const node of nodes) {
      if (node !== machine.root) this.#states.set(node, false);
      const own: AnyTransitionDefinition[] = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
      for (const transition of own) this.#transitions.set(transition, false);
    }
  }

  /** The machine has come to a state. */
  enter({ value }: Pick<AnyMachineSnapshot, 'value'>): void {
    for (const [node, isReached] of this.#states) {
      if (!isReached && matchesState(pathToStateValue(node.path), value)) this.#states.set(node, true);
    }
  }

  /** The machine has taken a transition: what it left and where it went were reached, if only in passing. */
  take(transition: AnyTransitionDefinition): void {
    if (this.#transitions.has(transition)) this.#transitions.set(transition, true);
    for (const node of [transition.source, ...(transition.target ?? [])]) {
      if (this.#states.has(node)) this.#states.set(node, true);
    }
  }

  get states(): Covered {
    return covered(this.#states, nameOf);
  }

  get transitions(): Covered {
    return covered(this.#transitions, describe);
  }

  /** @throws EspalierError `ESP_TEST` naming what was missed and is not excepted, and each exception without need */
  assert(exceptions: readonly (string | RegExp)[]): void {
    const missed = [...this.states.missed, ...this.transitions.missed];
    const needless = exceptions.filter((exception) => !missed.some((name) => matches(exception, name)));
    const surprising = missed.filter((name) => !exceptions.some((exception) => matches(exception, name)));
    const lines = [
      ...surprising.map((name) => `no path goes through ${name}`),
      ...(surprising.length > 0 ? [HINT] : []),
      ...needless.map((exception) => `nothing was missed that is excepted as ${exception}`),
    ];
    if (lines.length > 0) throw new EspalierError('ESP_TEST', lines.join('\n'));
  }
}

function matches(exception: string | RegExp, name: string): boolean {
  return typeof exception === 'string' ? exception === name : exception.test(name);
}

function covered<K>(known: ReadonlyMap<K, boolean>, name: (key: K) => string): Covered {
  const named = [...known].map(([key, isReached]) => ({ name: name(key), isReached }));
  return {
    reached: named.filter(({ isReached }) => isReached).map((one) => one.name),
    missed: named.filter(({ isReached }) => !isReached).map((one) => one.name),
  };
}

function nameOf({ path, id }: StateNode): string {
  return path.join('.') || id;
}

/** `idle --execute [isOpen]--> running`; `always` for what waits for no event, no target for what stays. */
function describe({ source, eventType, guard, target = [] }: AnyTransitionDefinition): string {
  const guarded = guard === undefined ? '' : ` [${guardName(guard)}]`;
  return `${nameOf(source)} --${eventType || 'always'}${guarded}-->${target.map((node) => ` ${nameOf(node)}`).join(',')}`;
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return String(guard.type);
  return typeof guard === 'function' && guard.name ? guard.name : 'guard';
}
