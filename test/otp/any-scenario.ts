import fc from 'fast-check';
import type { Restart, Shutdown } from '../../src/machines/supervise/state/child-policy.js';
import type { AutoShutdown, Strategy } from '../../src/machines/supervise/state/state.js';
import type { Outcome } from '../machines/supervise/scenario.js';
import type { Act, Dynamic, Group, How, Manner, Request, Scenario, Static, Worker } from './scenario.js';

/**
 * OTP counts whole seconds; so a scenario either does not wait at all, and its period never ends, or it waits so long that
 * every restart is forgotten.
 */
const ENDLESS_SECONDS = 100_000;
const SHORT_SECONDS = 2;
const LONG_MS = 3100;
/** What a child that does not want to stop is given before it is killed, in milliseconds. */
const PATIENCE = [0, 20] as const;

const outer = ['a', 'b', 'c', 'd'];
const inner = ['x', 'y', 'z'];
const innermost = ['p', 'q'];
const all = [...outer, ...inner.map((id) => `g/${id}`), ...innermost.map((id) => `g/h/${id}`), 'e/x', 'e/y'];

const anyRestart = fc.constantFrom<Restart[]>('permanent', 'permanent', 'transient', 'temporary');
/** Only the end of a child that is not always restarted can shut a supervisor down. */
const anyMortal = fc.constantFrom<Restart[]>('permanent', 'transient', 'transient', 'temporary');
const anyRestartBelow = (auto: AutoShutdown) => (auto === 'never' ? anyRestart : anyMortal);
const mostly = fc.constantFrom(true, true, true, false);
const anyIntensity = fc.integer({ min: 0, max: 4 });
const anyAutoShutdown = fc.constantFrom<AutoShutdown[]>('never', 'never', 'any_significant', 'all_significant');
const anyStrategy = fc.constantFrom<Strategy[]>('one_for_one', 'one_for_all', 'rest_for_one');

interface Setting {
  readonly auto: AutoShutdown;
  /** Whether the supervisor may be killed: in OTP its stubborn children would live on, and the groups below it stop. */
  readonly killable: boolean;
}

function anyWorker(ids: readonly string[], { auto, killable }: Setting): fc.Arbitrary<Worker> {
  return fc
    .record({
      id: fc.constantFrom(...ids),
      restart: anyRestartBelow(auto),
      manner: fc.constantFrom<Manner[]>('polite', 'polite', killable ? 'polite' : 'stubborn'),
      shutdown: fc.constantFrom<Shutdown[]>(5000, 'infinity', 'kill'),
      patience: fc.constantFrom(...PATIENCE),
      important: mostly,
    })
    .map(({ id, restart, manner, shutdown, patience, important }) => ({
      type: 'worker',
      id,
      restart,
      manner,
      shutdown: manner === 'stubborn' && shutdown !== 'kill' ? patience : shutdown,
      significant: important && auto !== 'never' && restart !== 'permanent',
    }));
}

type Below = (auto: AutoShutdown) => fc.Arbitrary<Group>;

function anyStatic(ids: readonly string[], killable: boolean, below?: Below): fc.Arbitrary<Static> {
  return fc
    .record({ strategy: anyStrategy, intensity: anyIntensity, autoShutdown: anyAutoShutdown })
    .chain((options) => {
      const worker = anyWorker(ids, { auto: options.autoShutdown, killable });
      const workers = fc.uniqueArray(worker, { maxLength: 3, selector: ({ id }) => id });
      const groups = below ? fc.array(below(options.autoShutdown), { maxLength: 1 }) : fc.constant([]);
      return fc.tuple(workers, groups, fc.nat(3)).map(([some, none, at]): Static => {
        const children: (Worker | Group)[] = [...some];
        children.splice(at, 0, ...none);
        return { ...options, dynamic: false, children };
      });
    });
}

function anyDynamic(killable: boolean): fc.Arbitrary<Dynamic> {
  return fc.record({ intensity: anyIntensity, autoShutdown: anyAutoShutdown }).chain((options) =>
    anyWorker(['child'], { auto: options.autoShutdown, killable }).map(({ id: _, ...child }): Dynamic => {
      return { ...options, dynamic: true, child };
    }),
  );
}

function anyGroup(id: string, auto: AutoShutdown, kind: (killable: boolean) => fc.Arbitrary<Static | Dynamic>) {
  return fc.boolean().chain((killable) =>
    fc
      .record({
        restart: anyRestartBelow(auto),
        important: mostly,
        shutdown: fc.constantFrom<Shutdown[]>('infinity', 5000, killable ? 'kill' : 'infinity'),
        supervisor: kind(killable),
      })
      .map(({ restart, important, shutdown, supervisor }): Group => {
        const significant = important && auto !== 'never' && restart !== 'permanent';
        return { type: 'supervisor', id, restart, shutdown, significant, supervisor };
      }),
  );
}

const anyInnermost: Below = (auto) => anyGroup('h', auto, (killable) => anyStatic(innermost, killable));

/** The group `g` below the root: static, with workers and a group of its own, or dynamic. */
const anyInner: Below = (auto) =>
  anyGroup('g', auto, (killable) =>
    fc.oneof(
      { weight: 3, arbitrary: anyStatic(inner, killable, killable ? undefined : anyInnermost) },
      { weight: 1, arbitrary: anyDynamic(killable) },
    ),
  );

const anyHow = fc.constantFrom<How[]>('normal', 'shutdown', 'crash', 'crash', 'killed');
const anyExit: fc.Arbitrary<Act> = fc.record({
  type: fc.constant('exit' as const),
  path: fc.constantFrom(...all),
  how: anyHow,
});

function anyBurst(path: string, ids: readonly string[]): fc.Arbitrary<Act> {
  const exits = fc.uniqueArray(fc.record({ id: fc.constantFrom(...ids), how: anyHow }), {
    minLength: 2,
    maxLength: 3,
    selector: ({ id }) => id,
  });
  return exits.map((some) => ({ type: 'burst', path, exits: some }));
}

/** The end of a supervisor. Only one whose children are polite may be killed. */
function anyEndOf(path: string, { shutdown, supervisor }: Group): fc.Arbitrary<Act> {
  const workers = supervisor.dynamic ? [{ ...supervisor.child, id: 'child' }] : supervisor.children;
  const mayBeKilled = workers.every((child) => child.type === 'worker' && child.manner === 'polite');
  const hows: How[] = ['shutdown', 'crash', mayBeKilled || shutdown === 'kill' ? 'killed' : 'crash'];
  return fc.constantFrom(...hows).map((how) => ({ type: 'exit', path, how }));
}

function anyCall(path: string, ids: readonly string[], auto: AutoShutdown, withGroups: boolean): fc.Arbitrary<Act> {
  const about = fc.constantFrom(
    'terminateChild' as const,
    'restartChild' as const,
    'deleteChild' as const,
    'getChildSpec' as const,
  );
  const worker = anyWorker(ids, { auto, killable: path !== '' });
  const group = anyGroup('e', auto, (killable) => anyStatic(['x', 'y'], killable));
  const child = withGroups ? fc.oneof({ weight: 3, arbitrary: worker }, { weight: 1, arbitrary: group }) : worker;
  const request: fc.Arbitrary<Request> = fc.oneof(
    { weight: 2, arbitrary: fc.record({ type: fc.constant('startChild' as const), child }) },
    {
      weight: 4,
      arbitrary: fc.record({ type: about, id: fc.constantFrom(...ids, ...(withGroups ? ['g', 'e'] : ['h'])) }),
    },
    // What is there is asked often: a count that is wrong shows in nothing else.
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constantFrom('whichChildren' as const, 'countChildren' as const) }),
    },
  );
  return request.map((each) => ({ type: 'call', path, request: each }));
}

function anyDynamicCall(path: string, ids: readonly string[]): fc.Arbitrary<Act> {
  const kinds = fc.constantFrom(
    'startDynamic' as const,
    'startDynamic' as const,
    'startDynamic' as const,
    'terminateDynamic' as const,
    'restartChild' as const,
    'deleteChild' as const,
  );
  const request: fc.Arbitrary<Request> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: kinds, id: fc.constantFrom(...ids) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('whichDynamic' as const, 'countDynamic' as const) }) },
  );
  return request.map((each) => ({ type: 'call', path, request: each }));
}

/** A child is terminated, and the supervisor is asked about it: what it remembers of those that are gone shows in nothing else. */
function anySequel(path: string, child: Worker | Group): fc.Arbitrary<readonly Act[]> {
  const { id } = child;
  const afterwards = fc.constantFrom<Request[]>(
    { type: 'startChild', child },
    { type: 'restartChild', id },
    { type: 'deleteChild', id },
    { type: 'countChildren' },
    { type: 'whichChildren' },
  );
  const calls = afterwards.map((request): Request[] => [{ type: 'terminateChild', id }, request]);
  return calls.map((requests) => requests.map((request) => ({ type: 'call', path, request })));
}

/** A dynamic child is started and ends, and the supervisor is asked who is there, or to start it again. */
function anyDynamicSequel(path: string, ids: readonly string[]): fc.Arbitrary<readonly Act[]> {
  return fc.tuple(fc.constantFrom(...ids), anyHow).chain(([id, how]) =>
    fc
      .constantFrom<Request[]>({ type: 'whichDynamic' }, { type: 'countDynamic' }, { type: 'startDynamic', id })
      .map((request) => [
        { type: 'call', path, request: { type: 'startDynamic', id } },
        { type: 'exit', path: `${path}${id}`, how },
        { type: 'call', path, request },
      ]),
  );
}

/** The first start of `f` fails, `i` does not want to run. */
const UNWILLING = { f: ['fail', 'ok'], i: ['ignore', 'ok'] } as const;

/** A child of the root that will not start, and what the root remembers of it. */
function anyUnwilling(auto: AutoShutdown): fc.Arbitrary<readonly Act[]> {
  return anyWorker(['f', 'i'], { auto, killable: false }).chain((child) =>
    fc
      .constantFrom<Request[]>({ type: 'startChild', child }, { type: 'whichChildren' }, { type: 'countChildren' })
      .map((request) => {
        const start: Request = { type: 'startChild', child };
        return [start, request].map((each): Act => ({ type: 'call', path: '', request: each }));
      }),
  );
}

type AnyActs = fc.WeightedArbitrary<readonly Act[]>;

/** What can be done to the supervisor at a path, and to those below it; most of it is one act. */
function actsAt(path: string, ids: readonly string[], supervisor: Static | Dynamic): AnyActs[] {
  if (supervisor.dynamic) {
    return [
      single(9, anyDynamicCall(path, ids)),
      single(2, anyBurst(path, ids)),
      { weight: 3, arbitrary: anyDynamicSequel(path, ids) },
    ];
  }
  const below = supervisor.children.flatMap((child) => {
    const sequel = { weight: 1, arbitrary: anySequel(path, child) };
    if (child.type === 'worker') return [sequel];
    const at = `${path}${child.id}`;
    const acts = actsAt(`${at}/`, child.id === 'g' ? inner : innermost, child.supervisor);
    return [sequel, single(2, anyEndOf(at, child)), ...acts];
  });
  return [
    ...(path === '' ? [{ weight: 1, arbitrary: anyUnwilling(supervisor.autoShutdown) }] : []),
    single(4, anyCall(path, ids, supervisor.autoShutdown, path === '')),
    single(2, anyBurst(path, ids)),
    ...below,
  ];
}

function single(weight: number, arbitrary: fc.Arbitrary<Act>): AnyActs {
  return { weight, arbitrary: arbitrary.map((act) => [act]) };
}

/** First starts go well mostly, so that there is something to restart; restarts fail often. */
const anyOutcomeList: fc.Arbitrary<readonly Outcome[]> = fc
  .tuple(
    fc.constantFrom<Outcome[]>('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'fail', 'ignore'),
    fc.array(fc.constantFrom<Outcome[]>('ok', 'ok', 'fail', 'fail', 'ignore'), { maxLength: 5 }),
  )
  .map(([first, rest]) => [first, ...rest]);

const anyOutcomes = fc.dictionary(fc.constantFrom(...all, 'g', 'g/h'), anyOutcomeList, { maxKeys: 5 });

/** A dynamic child that ignores its restart stays in OTP's list as `undefined`, which crashes the supervisor in the end. */
function welcome(outcomes: Scenario['outcomes'], supervisor: Static | Dynamic): Scenario['outcomes'] {
  const prefixes = dynamicPrefixes(supervisor, '');
  const isDynamic = (path: string) => prefixes.some((prefix) => path.startsWith(prefix));
  const restarts = (list: readonly Outcome[]) =>
    list.map((outcome, index) => (index > 0 && outcome === 'ignore' ? 'ok' : outcome));
  return Object.fromEntries(
    Object.entries(outcomes).map(([path, list]) => [path, isDynamic(path) ? restarts(list) : list]),
  );
}

/** The paths of the dynamic supervisors of a tree, with the slash behind them. */
export function dynamicPrefixes(supervisor: Static | Dynamic, path: string): string[] {
  if (supervisor.dynamic) return [path];
  return supervisor.children.flatMap((child) =>
    child.type === 'supervisor' ? dynamicPrefixes(child.supervisor, `${path}${child.id}/`) : [],
  );
}

const anyRoot = fc.oneof(
  { weight: 4, arbitrary: anyStatic(outer, false, anyInner) },
  { weight: 1, arbitrary: anyDynamic(false) },
);

/** Trees of up to three levels, and up to 14 things done to them, some in several acts. */
export const anyScenario: fc.Arbitrary<Scenario> = anyRoot.chain((supervisor) => {
  const acts = fc
    .array(fc.oneof(single(8, anyExit), ...actsAt('', outer, supervisor)), { maxLength: 14 })
    .map((some) => some.flat());
  const pause = fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'amid' as const, 'between' as const);
  return fc.record({ outcomes: anyOutcomes, acts, pause }).map(({ outcomes, acts: some, pause: where }) => ({
    periodSeconds: where === 'none' ? ENDLESS_SECONDS : SHORT_SECONDS,
    supervisor,
    outcomes: welcome({ ...outcomes, ...UNWILLING }, supervisor),
    acts: withPause(some, where, supervisor),
  }));
});

/** `between`: as many crashes before the pause as behind it, too many for the intensity if none were forgotten. */
function withPause(
  acts: readonly Act[],
  where: 'none' | 'amid' | 'between',
  supervisor: Static | Dynamic,
): readonly Act[] {
  if (where === 'none') return acts;
  const wait: Act = { type: 'wait', ms: LONG_MS };
  const middle = Math.ceil(acts.length / 2);
  if (where === 'amid') return [...acts.slice(0, middle), wait, ...acts.slice(middle)];
  const crashes = crashesOf(supervisor);
  return [...crashes, wait, ...crashes, ...acts];
}

/** Half as many as end the supervisor. */
function crashesOf(supervisor: Static | Dynamic): readonly Act[] {
  if (supervisor.dynamic) return [];
  const [child] = supervisor.children.filter(({ type, restart }) => type === 'worker' && restart !== 'temporary');
  if (!child) return [];
  const exit: Act = { type: 'exit', path: child.id, how: 'crash' };
  return Array.from({ length: Math.ceil((supervisor.intensity + 1) / 2) }, () => exit);
}
