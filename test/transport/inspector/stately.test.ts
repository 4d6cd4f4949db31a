import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { describe, expect, it } from 'vitest';
import type {
  ActorDetail,
  ActorSummary,
  ServerMessage,
  StateNode,
} from '../../../src/transport/inspector/protocol/wire.js';
import { definitionOf } from '../../../src/transport/inspector/stately/definition.js';
import { StatelyEncoder } from '../../../src/transport/inspector/stately/encoder.js';
import type { StatelyMessage } from '../../../src/transport/inspector/stately/events.js';
import { knock, openDoors, TOKEN } from './doors.js';

const actor = (path: string, change: Partial<ActorSummary> = {}): ActorSummary => ({
  ...{ path, role: 'supervisor', status: 'living', health: 'ok', state: 'running', incarnation: 1, since: 0 },
  ...{ restarts: { total: 0, recent: [] }, budget: null, pid: null, problem: null },
  ...change,
});

const chart: StateNode = {
  ...{ id: 'order', key: 'order', type: 'compound', initial: 'open', transitions: [], invokes: [] },
  states: [
    {
      ...{ id: 'order.open', key: 'open', type: 'atomic', initial: null, invokes: ['pay'], states: [] },
      transitions: [
        { on: 'CLOSE', targets: ['order.closed'], guard: 'isPaid' },
        { on: 'CLOSE', targets: [], guard: null },
        { on: 'after 500', targets: ['order.closed'], guard: null },
        { on: 'done pay', targets: ['order.closed'], guard: null },
        { on: 'always', targets: ['order.closed'], guard: 'isOld' },
      ],
    },
    {
      ...{ id: 'order.closed', key: 'closed', type: 'final', initial: null, invokes: [], states: [] },
      transitions: [],
    },
  ],
};

const detail = (summary: ActorSummary): ActorDetail => ({
  ...summary,
  ...{ value: { open: 'paying' }, active: [], context: { items: 2 }, definition: chart },
  ...{ history: [], exits: [], spec: null, children: 0 },
});

function encoder(room = 10) {
  const watched: string[] = [];
  const left: string[] = [];
  const made = new StatelyEncoder({
    now: () => 1234,
    detail: (path) => detail(actor(path, { role: 'machine' })),
    watch: (path) => (watched.length < room ? watched.push(path) > 0 : false),
    leave: (path) => void left.push(path),
  });
  const say = (message: ServerMessage) => made.encode(message, (id) => watched[id - 2]);
  const tree = (...actors: ActorSummary[]) =>
    say({ type: 'snapshot', id: 1, rev: 1, seq: 1, content: { view: 'tree', actors } });
  const delta = (changed: ActorSummary[], removed: string[] = []) =>
    say({ type: 'delta', id: 1, rev: 2, seq: 2, content: { view: 'tree', changed, removed } });
  return { watched, left, say, tree, delta };
}

/** Compiles as long as what is said is what receivers are promised. */
const theirs = (message: StatelyMessage): StatelyInspectionEvent => message;

const brief = (events: readonly StatelyMessage[]) =>
  events.map((event) => {
    switch (event.type) {
      case '@xstate.actor':
        return `+${event.sessionId} in ${event.parentId}`;
      case '@xstate.snapshot':
        return `${event.sessionId} ${event.snapshot.status} ${JSON.stringify(event.snapshot.value)}`;
      case '@xstate.event':
        return `${event.sessionId} <- ${event.event.type}`;
      default:
        return event satisfies never;
    }
  });

describe('a receiver of @statelyai/inspect is told', () => {
  it('of each actor once, with its parent, its root, and what all its messages have', () => {
    const { tree, delta } = encoder();
    const events = tree(actor('/'), actor('/group'), actor('/group/a'), actor('/dead', { status: 'dead' }));
    expect(brief(events)).toEqual(['+/#1 in undefined', '+/group#1 in /#1', '+/group/a#1 in /group#1']);
    expect(events.map(theirs)[2]).toMatchObject({
      rootId: '/#1',
      createdAt: '1234',
      id: '3',
      name: '/group/a',
      _version: '0.7.2',
    });
    expect(delta([actor('/group/a')])).toEqual([]);
    expect(brief(delta([actor('/group/a', { state: '{"a":"b"}' })]))).toEqual(['/group/a#1 active {"a":"b"}']);
  });

  it('of ends and of new incarnations as of other actors', () => {
    const { tree, delta } = encoder();
    tree(actor('/'), actor('/a'), actor('/b'));
    expect(brief(delta([actor('/a', { incarnation: 2 })]))).toEqual(['/a#1 stopped "running"', '+/a#2 in /#1']);
    expect(brief(delta([actor('/a', { incarnation: 2, status: 'dead', state: 'exited' })], ['/b']))).toEqual([
      '/b#1 stopped "running"',
      '/a#2 stopped "running"',
    ]);
  });

  it('of a machine: its definition, its context, its events and its states', () => {
    const { tree, say, watched, left, delta } = encoder();
    const machine = actor('/order', { role: 'machine', state: 'open' });
    const [, first] = tree(actor('/'), machine);
    expect(first).toMatchObject({ snapshot: { status: 'active', value: { open: 'paying' }, context: { items: 2 } } });
    expect(first?.type === '@xstate.actor' && JSON.parse(first.definition ?? '')).toMatchObject({ id: 'order' });
    expect(watched).toEqual(['/order']);
    const items = [
      { at: 5, actor: 'x', kind: 'event' as const, event: { type: 'CLOSE', data: { by: 'ada' } }, state: null },
      { at: 6, actor: 'x', kind: 'changed' as const, event: { type: 'CLOSE', data: null }, state: 'closed' },
    ];
    const observed = say({ type: 'observed', id: 2, items, dropped: 0 });
    expect(observed).toMatchObject([{ createdAt: '5', event: { type: 'CLOSE', by: 'ada' } }]);
    const seen = say({ type: 'delta', id: 2, rev: 3, seq: 3, content: { view: 'actor', actor: detail(machine) } });
    expect(brief(seen)).toEqual(['/order#1 active {"open":"paying"}']);
    // Its own view tells what it does, so the tree does not tell it again.
    expect(delta([actor('/order', { role: 'machine', state: 'closed' })])).toEqual([]);
    delta([], ['/order']);
    expect(left).toEqual(['/order']);
  });

  it('of machines beyond those that can be looked into by their states alone', () => {
    const { tree, delta } = encoder(1);
    const machine = (path: string, state = 'open') => actor(path, { role: 'machine', state });
    tree(actor('/'), machine('/a'), machine('/b'));
    expect(brief(delta([machine('/a', 'shut'), machine('/b', 'shut')]))).toEqual(['/b#1 active "shut"']);
  });

  it('of a statechart in the words of a machine’s config', () => {
    expect(JSON.parse(definitionOf(chart))).toEqual({
      id: 'order',
      initial: 'open',
      states: {
        open: {
          id: 'order.open',
          invoke: [{ src: 'pay' }],
          on: {
            CLOSE: [{ target: ['#order.closed'], guard: 'isPaid' }, {}],
            'xstate.done.actor.pay': [{ target: ['#order.closed'] }],
          },
          after: { 500: [{ target: ['#order.closed'] }] },
          always: [{ target: ['#order.closed'], guard: 'isOld' }],
        },
        closed: { id: 'order.closed', type: 'final' },
      },
    });
  });
});

describe('the door for receivers', () => {
  it('is behind the same token, name and origin', async () => {
    const { port } = await openDoors();
    expect(await knock(port, '/stately')).toBe(401);
    expect(await knock(port, `/stately?token=${TOKEN}x`)).toBe(401);
    expect(await knock(port, `/stately?token=${TOKEN}`, { host: 'evil.example' })).toBe(403);
    expect(await knock(port, `/stately?token=${TOKEN}`, { origin: 'https://stately.ai' })).toBe(403);
    expect(await knock(port, `/stately?token=${TOKEN}`)).toBe(101);
  });
});
