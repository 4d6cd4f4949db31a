import { expect, test } from 'vitest';
import { actorCondition, conditionOf, stateText } from '../../../inspector/src/model/condition.js';
import { supervisorMachine } from '../../../src/machines/supervise/supervisor.js';
import { RUN_STATUSES } from '../../../src/machines/work/run/status.js';
import { starterMachine } from '../../../src/machines/worker/starter.js';
import { workerMachine } from '../../../src/machines/worker/worker.js';

const living = { status: 'living', health: 'ok' } as const;

test('what has nothing to do with running is not shown as running', () => {
  const states = [starterMachine, supervisorMachine, workerMachine].flatMap(({ states }) => Object.keys(states));
  const running = states.filter((state) => conditionOf(state) === 'running');
  expect(new Set(running)).toEqual(new Set(['ready', 'executing', 'running']));
  expect(RUN_STATUSES.filter((status) => conditionOf(status) === 'running')).toEqual(['running']);
});

test('a quarantined seat is suspect, a closed one has failed, one that backs off waits', () => {
  expect(actorCondition({ ...living, health: 'failed', state: 'quarantined' })).toBe('suspect');
  expect(actorCondition({ ...living, health: 'failed', state: 'failed' })).toBe('failed');
  expect(actorCondition({ ...living, health: 'warning', state: 'backingOff' })).toBe('waiting');
});

test('the dead are gone, or have failed, as the server says', () => {
  expect(actorCondition({ status: 'dead', health: 'ended', state: 'exited' })).toBe('gone');
  expect(actorCondition({ status: 'dead', health: 'failed', state: 'exited' })).toBe('failed');
});

test('what runs while something is wrong with it is degraded', () => {
  expect(actorCondition({ ...living, health: 'warning', state: 'ready' })).toBe('degraded');
});

test('nested states are one line', () => {
  expect(stateText('idle')).toBe('idle');
  expect(stateText('{"open":{"basket":"empty","payment":{"asking":"card"}}}')).toBe(
    'open.basket.empty | payment.asking.card',
  );
  expect(stateText('{"open":{}}')).toBe('open');
});
