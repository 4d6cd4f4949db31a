import { describe, expect, it } from 'vitest';
import { createActor, createMachine, fromCallback } from 'xstate';
import type { SuperviseCommand } from '../../../src/machines/supervise/state/commands.js';
import type { SuperviseEvent } from '../../../src/machines/supervise/state/events.js';
import { toArray } from '../../../src/machines/supervise/state/queue.js';
import {
  newSupervisor,
  type SupervisorPolicy,
  type SupervisorState,
} from '../../../src/machines/supervise/state/state.js';
import { superviseFrom, superviseOn, supervisorMachine } from '../../../src/machines/supervise/supervisor.js';
import { testPaths } from '../../../src/testing/index.js';
import { Model } from './model.js';
import { type Act, child, policy } from './scenario.js';

const input = (options: Partial<SupervisorPolicy> = {}, ids = ['a', 'b']) => ({
  supervision: newSupervisor(
    policy(options),
    ids.map((id) => child(id, { restart: id === 'a' ? 'permanent' : 'transient' })),
  ),
  now: () => 0,
});

function running(options?: Partial<SupervisorPolicy>) {
  const commands: SuperviseCommand[] = [];
  const machine = supervisorMachine.provide({
    actions: { perform: ({ context }) => void commands.push(...context.commands) },
  });
  const actor = createActor(machine, { input: input(options) });
  actor.start();
  return { actor, commands };
}

it('is starting until all children have started, then running, stopping and stopped', () => {
  const { actor, commands } = running();
  const seen: unknown[] = [];
  const look = () => void seen.push([actor.getSnapshot().value, actor.getSnapshot().hasTag('espalier.starting')]);
  look();
  actor.send({ type: 'child.started', id: 'a', incarnation: 1 });
  look();
  actor.send({ type: 'child.started', id: 'b', incarnation: 1 });
  look();
  actor.send({ type: 'espalier.stop' });
  look();
  actor.send({ type: 'child.exited', id: 'b', incarnation: 1, exit: { kind: 'shutdown' } });
  actor.send({ type: 'child.exited', id: 'a', incarnation: 1, exit: { kind: 'shutdown' } });
  look();
  expect(seen).toEqual([
    ['starting', true],
    ['starting', true],
    ['running', false],
    ['stopping', false],
    ['stopped', false],
  ]);
  expect(commands.map(({ type }) => type)).toEqual(['start', 'start', 'stop', 'stop', 'exit']);
});

it('asks nothing before it has decided anything', () => {
  expect(superviseFrom(input()).commands).toEqual([]);
});

it('does not count as started when a child fails to start', () => {
  const { actor } = running();
  actor.send({ type: 'child.started', id: 'a', incarnation: 1 });
  actor.send({ type: 'child.failed', id: 'b', incarnation: 1, error: new Error('no') });
  expect(actor.getSnapshot().value).toBe('aborting');
  expect(actor.getSnapshot().hasTag('espalier.starting')).toBe(true);
});

it('is kept as long as it lives', () => {
  const said: string[] = [];
  const keeper = fromCallback(() => {
    said.push('kept');
    return () => void said.push('no longer kept');
  });
  const actor = createActor(supervisorMachine.provide({ actors: { keeper } }), { input: input({}, []) }).start();
  expect(said).toEqual(['kept']);
  actor.send({ type: 'espalier.stop' });
  expect(said).toEqual(['kept', 'no longer kept']);
  expect(Object.keys(running().actor.getSnapshot().children)).toHaveLength(1);
});

it('names espalier.stop among its events, so that its cell asks it to stop', () => {
  expect(supervisorMachine.events).toContain('espalier.stop');
});

it('can be taken into another machine', () => {
  const other = createMachine({ on: { ...superviseOn, 'own.event': { actions: 'own' } } });
  expect(other.events).toEqual(expect.arrayContaining(['own.event', 'child.exited', 'espalier.stop']));
});

const IN_PHASE = {
  starting: ['starting'],
  running: ['running'],
  stopping: ['aborting', 'stopping'],
  ended: ['stopped'],
};

describe('every shortest path', () => {
  it.each(['one_for_one', 'rest_for_one', 'one_for_all'] as const)(
    'with %s fits the phase of the supervisor, and ends only when no child lives',
    async (strategy) => {
      const report = await testPaths(supervisorMachine, {
        kind: 'shortest',
        input: input({ strategy, intensity: 2 }, ['a', 'b', 'c']),
        events: ({ context }) => possible(context.supervision),
        distinguish: ({ value, context }) => [value, describeState(context.supervision)],
        invariant: ({ value, context: { supervision } }) => {
          expect(IN_PHASE[supervision.phase]).toContain(value);
          const alive = supervision.children.all().filter(({ status }) => status !== 'stopped');
          if (value === 'stopped') expect(alive).toEqual([]);
        },
        except: [
          /^supervisor --(call|supervisor)\./,
          /^supervisor --child\.(due|retry)/,
          // The shortest way to the end is one for all.
          /--always \[hasEnded\]--> stopped/,
        ],
      });
      expect(report.paths).toBeGreaterThan(100);
    },
  );

  it('of child ends in a running supervisor leads where the reference model leads', () => {
    const acts: Act[][] = [[]];
    for (const path of acts) {
      if (path.length === 4) continue;
      for (const id of ['a', 'b']) {
        for (const how of ['normal', 'crash'] as const) acts.push([...path, { type: 'exit', id, how }]);
      }
    }
    expect(acts).toHaveLength(1 + 4 + 16 + 64 + 256);
    for (const path of acts) {
      const children = input()
        .supervision.children.all()
        .map((one) => one.policy);
      const model = new Model({ policy: policy({ intensity: 2 }), children, outcomes: {}, acts: path });
      expect(driven(path)).toEqual(model.play());
    }
  });
});

/** What can happen next: starts are answered, children end, by themselves too, and the supervisor is told to stop. */
function possible({ children, inbox }: SupervisorState): SuperviseEvent[] {
  const gone = new Set(toArray(inbox).flatMap((event) => (event.type === 'child.exited' ? [event.id] : [])));
  const about = children.all().flatMap(({ policy: { id }, status, incarnation }): SuperviseEvent[] => {
    if (status === 'starting') {
      return [
        { type: 'child.started', id, incarnation },
        { type: 'child.ignored', id, incarnation },
        { type: 'child.failed', id, incarnation, error: new Error('no') },
      ];
    }
    if (status === 'stopping') return [{ type: 'child.exited', id, incarnation, exit: { kind: 'shutdown' } }];
    if (status !== 'running' || gone.has(id)) return [];
    return [
      { type: 'child.exited', id, incarnation, exit: { kind: 'normal' } },
      { type: 'child.exited', id, incarnation, exit: { kind: 'killed' } },
    ];
  });
  return [...about, { type: 'espalier.stop' }];
}

function describeState({ children, agenda, awaited, inbox, restarts, phase }: SupervisorState): unknown {
  const records = children.all().map(({ policy: { id }, status, incarnation }) => [id, status, incarnation]);
  return [records, toArray(agenda), awaited, toArray(inbox).map((event) => event.type), restarts.length, phase];
}

/** The trace of the machine itself, with a world that answers at once. */
function driven(acts: readonly Act[]): readonly string[] {
  const { actor, commands } = running({ intensity: 2 });
  const trace: string[] = [];
  const alive = new Map<string, number>();
  const settle = () => {
    for (let command = commands.shift(); command; command = commands.shift()) {
      if (command.type === 'start') {
        const { id, incarnation } = command;
        trace.push(`start ${id}`);
        alive.set(id, incarnation);
        actor.send({ type: 'child.started', id, incarnation });
      }
      if (command.type === 'stop') {
        const { id, incarnation } = command;
        trace.push(`stop ${id}`);
        actor.send({ type: 'child.exited', id, incarnation, exit: { kind: 'shutdown' } });
      }
      if (command.type === 'exit') trace.push(`end ${command.exit.kind}`);
    }
  };
  settle();
  for (const act of acts) {
    const incarnation = act.type === 'exit' ? alive.get(act.id) : undefined;
    if (act.type !== 'exit' || incarnation === undefined || actor.getSnapshot().status !== 'active') continue;
    alive.delete(act.id);
    trace.push(`exit ${act.id} ${act.how}`);
    const exit = act.how === 'crash' ? { kind: act.how, error: new Error('boom') } : { kind: 'normal' as const };
    actor.send({ type: 'child.exited', id: act.id, incarnation, exit });
    settle();
  }
  return trace;
}
