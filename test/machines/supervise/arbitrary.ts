import fc from 'fast-check';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import type { SupervisorPolicy } from '../../../src/machines/supervise/state/state.js';
import { type Act, child, type End, type Outcome, policy, type Scenario } from './scenario.js';

const ids = ['a', 'b', 'c', 'd', 'e'];
const anyId = fc.constantFrom(...ids);

const anyChild = (id: fc.Arbitrary<string>, significance: boolean): fc.Arbitrary<ChildPolicy> =>
  fc
    .record({
      id,
      restart: fc.constantFrom<ChildPolicy['restart'][]>('permanent', 'permanent', 'transient', 'temporary'),
      type: fc.constantFrom<ChildPolicy['type'][]>('worker', 'supervisor'),
      significant: fc.boolean(),
    })
    // A permanent child cannot be significant.
    .map(({ significant, ...options }) =>
      child(options.id, { ...options, significant: significance && significant && options.restart !== 'permanent' }),
    );

const anyAct = (significance: boolean): fc.Arbitrary<Act> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('exit' as const),
        id: anyId,
        how: fc.constantFrom<End[]>(
          'normal',
          'normal',
          'shutdown',
          'shutdown',
          'crash',
          'crash',
          'killed',
          'killed',
          'unstarted',
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('startChild' as const), child: anyChild(anyId, significance) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constantFrom(
          'terminateChild' as const,
          'restartChild' as const,
          'deleteChild' as const,
          'getChildSpec' as const,
        ),
        id: anyId,
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('whichChildren' as const, 'countChildren' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1000, 3000, 10_000) }),
    },
    { weight: 1, arbitrary: fc.constant<Act>({ type: 'stop' }) },
  );

const anyOutcome = fc.constantFrom<Outcome[]>('ok', 'ok', 'ok', 'fail', 'ignore');

const anyPolicy: fc.Arbitrary<SupervisorPolicy> = fc
  .record({
    strategy: fc.constantFrom('one_for_one' as const, 'one_for_all' as const, 'rest_for_one' as const),
    dynamic: fc.constantFrom(false, false, false, true),
    intensity: fc.integer({ min: 0, max: 4 }),
    autoShutdown: fc.constantFrom(
      'never' as const,
      'never' as const,
      'any_significant' as const,
      'all_significant' as const,
    ),
    maxChildren: fc.constantFrom(2, 10),
  })
  .map(({ dynamic, strategy, ...rest }) => policy({ ...rest, dynamic, strategy: dynamic ? 'one_for_one' : strategy }));

/** Supervisors of up to four children, at whose starts and lives anything may happen. */
export const anyScenario: fc.Arbitrary<Scenario> = anyPolicy.chain((supervisor) => {
  const significance = supervisor.autoShutdown !== 'never';
  const count = supervisor.dynamic ? 0 : 4;
  return fc.record({
    policy: fc.constant(supervisor),
    children: fc.uniqueArray(anyChild(anyId, significance), { maxLength: count, selector: ({ id }) => id }),
    outcomes: fc.dictionary(anyId, fc.array(anyOutcome, { maxLength: 5 }), { maxKeys: 5 }),
    acts: fc.array(anyAct(significance), { maxLength: 25 }),
  });
});
