import fc from 'fast-check';
import type { ActorExit } from '../../src/machines/exit.js';
import type { Restart, Shutdown } from '../../src/machines/supervise/policy.js';
import type { AutoShutdown, Strategy } from '../../src/machines/supervise/state.js';
import type { Outcome } from '../machines/supervise/scenario.js';

/** OTP counts whole seconds; so a scenario either does not wait at all, or so long that every restart is forgotten. */
export const PERIOD_SECONDS = 5;
const LONG_MS = 7000;
/** What a child that does not want to stop is given before it is killed. */
const SHORT_MS = 20;

export interface Worker {
  readonly type: 'worker';
  readonly id: string;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly significant: boolean;
  /** A stubborn worker does not stop when it is asked to. */
  readonly manner: 'polite' | 'stubborn';
}

export interface Group {
  readonly type: 'supervisor';
  readonly id: string;
  readonly restart: Restart;
  readonly significant: boolean;
  readonly supervisor: Static;
}

/** A supervisor whose children are specified. */
export interface Static {
  readonly dynamic: false;
  readonly strategy: Strategy;
  readonly intensity: number;
  readonly autoShutdown: AutoShutdown;
  readonly children: readonly (Worker | Group)[];
}

/** A supervisor of children that come and go, all of one kind, as OTP's are. */
export interface Dynamic {
  readonly dynamic: true;
  readonly intensity: number;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
}

export type Request =
  | { readonly type: 'startChild'; readonly child: Worker }
  | { readonly type: 'terminateChild' | 'restartChild' | 'deleteChild' | 'getChildSpec'; readonly id: string }
  | { readonly type: 'whichChildren' | 'countChildren' }
  | { readonly type: 'startDynamic' | 'terminateDynamic'; readonly id: string }
  | { readonly type: 'countDynamic' };

export type Act =
  | { readonly type: 'wait'; readonly ms: number }
  /** `path` as in `a` or `g/x`. */
  | { readonly type: 'exit'; readonly path: string; readonly how: ActorExit['kind'] }
  /** `path` of the supervisor: empty for the root, `g/` for the group. */
  | { readonly type: 'call'; readonly path: string; readonly request: Request };

export interface Scenario {
  readonly supervisor: Static | Dynamic;
  readonly outcomes: Readonly<Record<string, readonly Outcome[]>>;
  readonly acts: readonly Act[];
}

const outer = ['a', 'b', 'c', 'd'];
const inner = ['x', 'y', 'z'];
const anyRestart = fc.constantFrom<Restart[]>('permanent', 'permanent', 'transient', 'temporary');
const anyIntensity = fc.integer({ min: 0, max: 4 });
const anyAutoShutdown = fc.constantFrom<AutoShutdown[]>('never', 'never', 'any_significant', 'all_significant');

function anyWorker(ids: readonly string[], auto: AutoShutdown): fc.Arbitrary<Worker> {
  return fc
    .record({
      id: fc.constantFrom(...ids),
      restart: anyRestart,
      manner: fc.constantFrom('polite' as const, 'polite' as const, 'stubborn' as const),
      patience: fc.constantFrom<Shutdown[]>(5000, 'infinity', 'kill'),
      important: fc.boolean(),
    })
    .map(({ id, restart, manner, patience, important }) => ({
      type: 'worker',
      id,
      restart,
      manner,
      shutdown: manner === 'stubborn' && patience !== 'kill' ? SHORT_MS : patience,
      significant: important && auto !== 'never' && restart !== 'permanent',
    }));
}

function anyStatic(ids: readonly string[], group: boolean): fc.Arbitrary<Static> {
  return fc
    .record({
      strategy: fc.constantFrom<Strategy[]>('one_for_one', 'one_for_all', 'rest_for_one'),
      intensity: anyIntensity,
      autoShutdown: anyAutoShutdown,
    })
    .chain((options) => {
      const workers = fc.uniqueArray(anyWorker(ids, options.autoShutdown), { maxLength: 3, selector: ({ id }) => id });
      const groups = group ? fc.array(anyGroup(options.autoShutdown), { maxLength: 1 }) : fc.constant([]);
      return fc.tuple(workers, groups, fc.nat(3)).map(([some, none, at]): Static => {
        const children: (Worker | Group)[] = [...some];
        children.splice(at, 0, ...none);
        return { ...options, dynamic: false, children };
      });
    });
}

function anyGroup(auto: AutoShutdown): fc.Arbitrary<Group> {
  return fc
    .record({ restart: anyRestart, important: fc.boolean(), supervisor: anyStatic(inner, false) })
    .map(({ restart, important, supervisor }) => {
      const significant = important && auto !== 'never' && restart !== 'permanent';
      return { type: 'supervisor', id: 'g', restart, significant, supervisor };
    });
}

const anyHow = fc.constantFrom<ActorExit['kind'][]>('normal', 'shutdown', 'crash', 'crash', 'killed');
const wait: fc.Arbitrary<Act> = fc.constant({ type: 'wait', ms: LONG_MS });

function anyExit(paths: readonly string[]): fc.Arbitrary<Act> {
  return fc.record({ type: fc.constant('exit' as const), path: fc.constantFrom(...paths), how: anyHow });
}

function anyCall(path: string, ids: readonly string[], auto: AutoShutdown): fc.Arbitrary<Act> {
  const about = fc.constantFrom(
    'terminateChild' as const,
    'restartChild' as const,
    'deleteChild' as const,
    'getChildSpec' as const,
  );
  const request: fc.Arbitrary<Request> = fc.oneof(
    fc.record({ type: fc.constant('startChild' as const), child: anyWorker(ids, auto) }),
    { weight: 3, arbitrary: fc.record({ type: about, id: fc.constantFrom(...ids) }) },
    fc.record({ type: fc.constantFrom('whichChildren' as const, 'countChildren' as const) }),
  );
  return request.map((each) => ({ type: 'call', path, request: each }));
}

/** First starts go well mostly, so that there is something to restart; restarts fail often. */
const anyOutcomeList: fc.Arbitrary<readonly Outcome[]> = fc
  .tuple(
    fc.constantFrom<Outcome[]>('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'fail', 'ignore'),
    fc.array(fc.constantFrom<Outcome[]>('ok', 'ok', 'fail', 'fail', 'ignore'), { maxLength: 5 }),
  )
  .map(([first, rest]) => [first, ...rest]);

const anyOutcomes = fc.dictionary(fc.constantFrom(...outer, ...inner.map((id) => `g/${id}`)), anyOutcomeList, {
  maxKeys: 5,
});

/** Trees of up to three workers and a group of up to three more. */
const anyStaticScenario: fc.Arbitrary<Scenario> = anyStatic(outer, true).chain((supervisor) => {
  const acts = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: anyExit([...outer, ...inner.map((id) => `g/${id}`)]) },
      { weight: 5, arbitrary: anyCall('', [...outer, 'g'], supervisor.autoShutdown) },
      { weight: 3, arbitrary: anyCall('g/', inner, 'never') },
    ),
    { maxLength: 14 },
  );
  return fc
    .record({ outcomes: anyOutcomes, acts, waits: fc.boolean(), at: fc.nat(14) })
    .chain(({ waits, at, ...rest }) =>
      wait.map((pause) => ({
        supervisor,
        outcomes: rest.outcomes,
        acts: waits ? [...rest.acts.slice(0, at), pause, ...rest.acts.slice(at)] : rest.acts,
      })),
    );
});

/** A dynamic child that ignores its restart stays in OTP's list as `undefined`, which crashes the supervisor in the end. */
function welcome(outcomes: Scenario['outcomes']): Scenario['outcomes'] {
  const restarts = (list: readonly Outcome[]) =>
    list.map((outcome, index) => (index > 0 && outcome === 'ignore' ? 'ok' : outcome));
  return Object.fromEntries(Object.entries(outcomes).map(([path, list]) => [path, restarts(list)]));
}

/** Children of a dynamic supervisor have no ids in OTP: so none is started that may still be there. */
const anyDynamicScenario: fc.Arbitrary<Scenario> = fc
  .record({
    intensity: anyIntensity,
    restart: anyRestart,
    shutdown: fc.constantFrom<Shutdown[]>(5000, 'infinity', 'kill'),
    ids: fc.uniqueArray(fc.constantFrom(...outer, ...inner), { minLength: 1 }),
    ends: fc.array(fc.tuple(fc.nat(6), fc.oneof(anyHow, fc.constant('terminate' as const))), { maxLength: 10 }),
    outcomes: anyOutcomes,
  })
  .map(({ ids, ends, outcomes, ...supervisor }) => {
    const starts = ids.map((id): Act => ({ type: 'call', path: '', request: { type: 'startDynamic', id } }));
    const rest = ends.flatMap(([at, how]): Act[] => {
      const id = ids[at % ids.length] ?? 'a';
      const end: Act =
        how === 'terminate'
          ? { type: 'call', path: '', request: { type: 'terminateDynamic', id } }
          : { type: 'exit', path: id, how };
      return [end, { type: 'call', path: '', request: { type: 'countDynamic' } }];
    });
    return { supervisor: { ...supervisor, dynamic: true }, outcomes: welcome(outcomes), acts: [...starts, ...rest] };
  });

export const anyScenario = fc.oneof(
  { weight: 5, arbitrary: anyStaticScenario },
  { weight: 1, arbitrary: anyDynamicScenario },
);
