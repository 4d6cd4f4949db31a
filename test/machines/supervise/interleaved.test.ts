import fc from 'fast-check';
import { expect, it } from 'vitest';
import { samples } from '../../effort.js';
import { anyScenario } from './arbitrary.js';
import { Interleaved } from './interleaved.js';
import type { Act, End } from './scenario.js';

const index = fc.nat(7);

/** One thing that happens, whatever else is under way. */
const anyMove: fc.Arbitrary<(world: Interleaved) => void> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        index,
        fc.constantFrom(
          'child.started' as const,
          'child.started' as const,
          'child.failed' as const,
          'child.ignored' as const,
        ),
      )
      .map(
        ([at, type]) =>
          (world: Interleaved) =>
            world.answerStart(at, type),
      ),
  },
  { weight: 4, arbitrary: index.map((at) => (world: Interleaved) => world.end(at, true, 'shutdown')) },
  {
    weight: 4,
    arbitrary: fc.tuple(index, fc.constantFrom<End[]>('normal', 'shutdown', 'crash', 'killed', 'unstarted')).map(
      ([at, how]) =>
        (world: Interleaved) =>
          world.end(at, false, how),
    ),
  },
  { weight: 1, arbitrary: index.map((at) => (world: Interleaved) => world.stale(at)) },
  { weight: 1, arbitrary: index.map((at) => (world: Interleaved) => world.fireTimer(at)) },
  { weight: 1, arbitrary: fc.nat(4000).map((ms) => (world: Interleaved) => world.wait(ms)) },
);

function ask(world: Interleaved, act: Act): void {
  switch (act.type) {
    case 'startChild':
      return world.call((reply) => ({ type: 'call.startChild', reply, child: act.child, incarnation: 0 }));
    case 'terminateChild':
      return world.call((reply) => ({ type: 'call.terminateChild', reply, id: act.id }));
    case 'restartChild':
      return world.call((reply) => ({ type: 'call.restartChild', reply, id: act.id }));
    case 'deleteChild':
      return world.call((reply) => ({ type: 'call.deleteChild', reply, id: act.id }));
    case 'getChildSpec':
      return world.call((reply) => ({ type: 'call.getChildSpec', reply, id: act.id }));
    case 'whichChildren':
      return world.call((reply) => ({ type: 'call.whichChildren', reply }));
    case 'countChildren':
      return world.call((reply) => ({ type: 'call.countChildren', reply }));
    case 'stop':
      return world.send({ type: 'espalier.stop' });
    case 'wait':
    case 'exit':
      return;
    default:
      act satisfies never;
  }
}

it('keeps its promises whatever happens in the middle of whatever', () => {
  fc.assert(
    fc.property(anyScenario, fc.array(anyMove, { maxLength: 60 }), fc.boolean(), (scenario, moves, backoff) => {
      const children = scenario.children.map((policy) =>
        backoff ? { ...policy, backoff: { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 } } : policy,
      );
      const world = new Interleaved({ ...scenario, children });
      const acts = [...scenario.acts];
      for (const [at, move] of moves.entries()) {
        move(world);
        const act = at % 3 === 0 ? acts.shift() : undefined;
        if (act) ask(world, act);
      }
      world.finish();
      expect(world.problems).toEqual([]);
    }),
    { numRuns: samples(10_000) },
  );
});
