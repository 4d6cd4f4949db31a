import fc from 'fast-check';
import { expect, it } from 'vitest';
import { samples } from '../../effort.js';
import { anyScenario } from './arbitrary.js';
import { Model } from './model.js';
import { play } from './world.js';

it('decides as the reference model does', () => {
  fc.assert(
    fc.property(anyScenario, (scenario) => {
      expect(play(scenario)).toEqual(new Model(scenario).play());
    }),
    { numRuns: samples(10_000) },
  );
});
