import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/machines/supervise/decide.js';
import type { SuperviseEvent } from '../../../src/machines/supervise/state/events.js';
import { newSupervisor } from '../../../src/machines/supervise/state/state.js';
import { isThorough } from '../../effort.js';
import { type Cost, Counted } from './counted.js';
import { child, policy } from './scenario.js';

/** What one child may cost. */
const FEW = 40;

const crash = (id: string): SuperviseEvent => {
  return { type: 'child.exited', id, incarnation: 1, exit: { kind: 'killed' } };
};
const end = (id: string): SuperviseEvent => {
  return { type: 'child.exited', id, incarnation: 1, exit: { kind: 'normal' } };
};

/** One child alone was looked at. */
function expectOne({ looks, lists }: Cost): void {
  expect(lists).toBe(0);
  expect(looks).toBeLessThan(FEW);
}

/** Each was looked at a few times, and all were listed once. */
function expectAll({ looks, lists }: Cost, size: number): void {
  expect(lists).toBeLessThan(3);
  expect(looks / size).toBeLessThan(FEW);
}

describe.each(isThorough ? [1_000, 10_000] : [500])('among %i children', (size) => {
  it('of a dynamic supervisor each start, restart, end and stop looks at its own child alone', () => {
    const supervisor = new Counted({ dynamic: true, autoShutdown: 'all_significant' });
    supervisor.send({ type: 'supervisor.boot' });
    const started = supervisor.start(size);
    expect(started.lists).toBe(0);
    expectAll(started, size);
    expectOne(supervisor.send(crash('c5')));
    expectOne(supervisor.send(end('c7')));
    expectOne(supervisor.send({ type: 'call.terminateChild', id: 'c9', reply: 1 }));
    expectAll(supervisor.send({ type: 'espalier.stop' }), size);
    expect(supervisor.state.phase).toBe('ended');
  });

  it('of a static supervisor too, from its boot to its stop', () => {
    const supervisor = new Counted({}, size);
    expectAll(supervisor.send({ type: 'supervisor.boot' }), size);
    expect(supervisor.state.phase).toBe('running');
    expectOne(supervisor.send(crash('c5')));
    expectAll(supervisor.send({ type: 'espalier.stop' }), size);
    expect(supervisor.state.phase).toBe('ended');
  });
});

it('what a supervisor still has to do is not copied for each step', () => {
  const children = ['a', 'b', 'c', 'd'].map((id) => child(id));
  const booting = decide(newSupervisor(policy(), children), { type: 'supervisor.boot' }, 0).state;
  const { state } = decide(booting, { type: 'child.started', id: 'a', incarnation: 1 }, 0);
  expect(booting.agenda.size).toBe(5);
  // Only the first push and the first shift build anything.
  const next = decide(state, { type: 'child.started', id: 'b', incarnation: 1 }, 0).state;
  expect(next.agenda.front).toBe(state.agenda.front?.next);
});
