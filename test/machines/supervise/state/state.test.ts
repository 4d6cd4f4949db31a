import { expect, it } from 'vitest';
import { newSupervisor, SUPERVISOR_DEFAULTS } from '../../../../src/machines/supervise/state/state.js';
import { child, policy } from '../scenario.js';

it('a new supervisor has restarted nothing, and goes on with the incarnations of its children', () => {
  const { phase, restarts, children } = newSupervisor(policy(), [child('a'), child('b')], (id) => (id === 'a' ? 7 : 0));
  expect([phase, restarts]).toEqual(['starting', []]);
  expect(children.all().map(({ status, incarnation }) => [status, incarnation])).toEqual([
    ['stopped', 7],
    ['stopped', 0],
  ]);
});

it('supervisors have the defaults of Elixir', () => {
  expect(SUPERVISOR_DEFAULTS).toMatchObject({ strategy: 'one_for_one', intensity: 3, periodMs: 5000, dynamic: false });
});
