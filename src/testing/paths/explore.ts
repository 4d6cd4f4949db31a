import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventFrom,
  getNextTransitions,
  type InputFrom,
  type SnapshotFrom,
  transition,
} from 'xstate';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import { EspalierError } from '../../errors.js';
import { anything, checkOptions, fields, func, kind, oneOf, type Rules, whole } from '../../options.js';

/** One way through a machine: `states[0]` is where it begins, `states[n]` where `events[n - 1]` has led. */
export interface MachinePath<M extends AnyStateMachine> {
  readonly events: readonly EventFrom<M>[];
  readonly states: readonly SnapshotFrom<M>[];
}

/**
 * - `transitions`: to each state on the shortest way, then each event that can come there: every edge once
 * - `shortest`: to each state on the shortest way
 * - `simple`: to each state on every way that comes nowhere twice; there may be very many
 */
export type PathKind = 'transitions' | 'shortest' | 'simple';

export interface PathOptions<M extends AnyStateMachine> {
  readonly input?: InputFrom<M>;
  /**
   * What the world may send, in any state or in the given one. What the machine sends itself (`xstate.after.*`,
   * the ends and the failures of what it invokes) is added; name it here to give it an output or an error. By default:
   * each event that the machine names, with nothing but its type.
   */
  readonly events?: readonly EventFrom<M>[] | ((state: SnapshotFrom<M>) => readonly EventFrom<M>[]);
  /** `transitions` by default. */
  readonly kind?: PathKind;
  /** What tells two states apart, as JSON; the state's value and context by default. */
  readonly distinguish?: (state: SnapshotFrom<M>) => unknown;
  /** Where paths end although they could go on. */
  readonly until?: (state: SnapshotFrom<M>) => boolean;
  /** How many steps are tried at most before the machine counts as endless; 100 000 by default. */
  readonly limit?: number;
}

/** For each option of paths what it takes. */
export const pathRules: Rules<Options> = {
  input: anything,
  events: kind(
    'a list of events, or a function of the state',
    (value) => Array.isArray(value) || typeof value === 'function',
  ),
  kind: oneOf('transitions', 'shortest', 'simple'),
  distinguish: func,
  until: func,
  limit: whole(1),
};

const pathRule = fields(pathRules);

const DEFAULT_LIMIT = 100_000;

/**
 * The paths through a machine, without running any of it. A path that is the beginning of another is left out.
 *
 * @throws EspalierError `ESP_INVALID` if there are more than `limit` steps to try
 */
export function machinePaths<M extends AnyStateMachine>(machine: M, options?: PathOptions<M>): MachinePath<M>[];
export function machinePaths(machine: AnyStateMachine, options: Options = {}): Path[] {
  checkOptions('machinePaths', options, pathRule);
  const found = traverse(machine, options).map(({ steps }) => ({
    states: steps.map(({ state }) => state),
    events: steps.slice(1).map(({ event }) => event),
  }));
  const { kind = 'transitions' } = options;
  const paths = kind === 'transitions' ? [...found, ...found.flatMap((path) => extend(machine, path, options))] : found;
  return withoutBeginnings(paths);
}

type Options = PathOptions<AnyStateMachine>;
type Path = MachinePath<AnyStateMachine>;

/** What tells states apart. */
export function distinguisher({ distinguish }: Options): (state: AnyMachineSnapshot) => string {
  const tell = distinguish ?? (({ value, context, status }: AnyMachineSnapshot) => [value, context, status]);
  return (state) => textOf(tell(state));
}

/** JSON in which nothing is emptied: what JSON does not know would make different states look the same. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return `${item}n`;
    if (typeof item === 'number' && !Number.isFinite(item)) return `[${item}]`;
    if (item instanceof Map) return { '[map]': [...item] };
    if (item instanceof Set) return { '[set]': [...item] };
    if (item instanceof Error) return { '[error]': [item.name, item.message] };
    return item instanceof RegExp ? `[${item}]` : item;
  });
}

function traverse(machine: AnyStateMachine, options: Options) {
  const { input, kind, until, limit = DEFAULT_LIMIT } = options;
  const walk = kind === 'simple' ? getSimplePaths : getShortestPaths;
  try {
    return walk(machine, {
      ...(input === undefined ? {} : { input }),
      ...(until === undefined ? {} : { stopWhen: until }),
      events: (state) => possible(state, options),
      serializeState: distinguisher(options),
      limit,
    });
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'Traversal limit exceeded') throw error;
    const hint = 'give fewer `events`, tell states apart by less (`distinguish`), or say where paths end (`until`)';
    throw new EspalierError('ESP_INVALID', `machine ${machine.id} has more than ${limit} steps to try: ${hint}`);
  }
}

/** What can happen in a state. */
function possible(state: AnyMachineSnapshot, options: Options): readonly AnyEventObject[] {
  if (state.status !== 'active') return [];
  const { events } = options;
  const given = typeof events === 'function' ? events(state) : (events ?? []);
  const named = new Set(getNextTransitions(state).map(({ eventType }) => eventType));
  const types = [...named].filter((type) => isSent(type) && (events === undefined || type.startsWith('xstate.')));
  const bare = types.filter((type) => !given.some((event) => event.type === type)).map((type) => ({ type }));
  return [...given, ...bare];
}

/** Neither a wildcard, nor an `always`, nor what a machine says to itself within one step. */
function isSent(type: string): boolean {
  return type !== '' && !type.endsWith('*') && !type.startsWith('xstate.done.state.');
}

function extend(machine: AnyStateMachine, path: Path, options: Options): Path[] {
  const end = path.states.at(-1);
  if (end === undefined || options.until?.(end)) return [];
  return possible(end, options).map((event) => {
    const [next] = transition(machine, end, event);
    return { events: [...path.events, event], states: [...path.states, next] };
  });
}

function withoutBeginnings(paths: readonly Path[]): Path[] {
  const keys = paths.map(({ events }) => events.map(textOf));
  const beginnings = new Set(keys.flatMap((key) => (key.length > 0 ? [key.slice(0, -1).join('\n')] : [])));
  const seen = new Set<string>();
  return paths.filter((_, index) => {
    const key = (keys[index] ?? []).join('\n');
    const isNews = !beginnings.has(key) && !seen.has(key);
    seen.add(key);
    return isNews;
  });
}
