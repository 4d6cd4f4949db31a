import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { assign, createActor, createMachine, fromPromise, raise, setup } from 'xstate';
import { createTestModel } from 'xstate/graph';
import { machinePaths, ownEvent, SimulatedClock, type Subject, script, testPaths } from '../../src/testing/index.js';

const effects: string[] = [];
const charge = fromPromise(async () => void effects.push('charged'));

const order = setup({
  types: { context: {} as { tries: number }, events: {} as { type: 'pay' } | { type: 'cancel' } },
  actors: { charge },
  actions: {
    count: assign(({ context }) => ({ tries: context.tries + 1 })),
    ship: () => void effects.push('shipped'),
  },
  guards: { mayTryAgain: ({ context }) => context.tries < 2 },
}).createMachine({
  id: 'order',
  context: { tries: 0 },
  initial: 'open',
  states: {
    open: { on: { pay: 'charging', cancel: 'cancelled' } },
    charging: {
      entry: 'count',
      invoke: {
        id: 'charge',
        src: 'charge',
        onDone: { target: 'paid', actions: 'ship' },
        onError: [{ guard: 'mayTryAgain', target: 'open' }, { target: 'cancelled' }],
      },
      after: { 5000: 'cancelled' },
    },
    paid: { type: 'final' },
    cancelled: { type: 'final' },
  },
});

const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

async function message(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    assert(error instanceof Error && 'code' in error);
    expect(error.code).toBe('ESP_TEST');
    return error.message;
  }
  throw new Error('it did not fail');
}

describe('a machine that invokes and waits', () => {
  it('alone: is refused by what XState has to test machines with', () => {
    expect(() => createTestModel(order)).toThrow();
  });

  it('in our tree: is walked along every path, failures and delays included', async () => {
    const { transitions } = await testPaths(order);
    expect(transitions.reached).toEqual(
      expect.arrayContaining([expect.stringContaining('error'), expect.stringContaining('after')]),
    );
  });
});

describe('the paths of a machine', () => {
  it('go through delays, and through the end and the failure of what it invokes', () => {
    const taken = new Set(machinePaths(order).flatMap(({ events }) => types(events)));
    expect([...taken].sort()).toEqual([
      'cancel',
      'pay',
      'xstate.after.5000.order.charging',
      'xstate.done.actor.charge',
      'xstate.error.actor.charge',
    ]);
  });

  it('start where the machine starts and have a state for each event', () => {
    for (const { events, states } of machinePaths(order)) {
      expect(states).toHaveLength(events.length + 1);
      expect(states[0]?.value).toBe('open');
    }
  });

  it('take each event in each state once, and are not the beginning of one another', () => {
    const paths = machinePaths(order).map(({ events }) => types(events).join(' '));
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(paths.filter((other) => other.startsWith(`${path} `))).toEqual([]);
    const edges = new Set(
      machinePaths(order).flatMap(({ events, states }) =>
        events.map((event, at) => `${JSON.stringify([states[at]?.value, states[at]?.context])} ${event.type}`),
      ),
    );
    // Two in each of the open states (no try, one try), three in each of the charging ones.
    expect(edges.size).toBe(10);
  });

  it('of the kind shortest go to each state once, of the kind simple on every way', () => {
    const twoWays = createMachine({
      initial: 'a',
      states: { a: { on: { b: 'b', c: 'c' } }, b: { on: { c: 'c' } }, c: {} },
    });
    const paths = (kind: 'shortest' | 'simple') => machinePaths(twoWays, { kind }).map(({ events }) => types(events));
    expect(paths('shortest')).toEqual([['b'], ['c']]);
    expect(paths('simple')).toEqual([['b', 'c'], ['c']]);
  });

  it('carry what the world and what is invoked send', () => {
    const events = [{ type: 'xstate.error.actor.charge', error: 'declined' }] as const;
    const paths = machinePaths(order, {
      events: ({ value }) => (value === 'open' ? [{ type: 'pay' }] : [...events]) as never,
    });
    const sent = paths.flatMap((path) => path.events);
    expect(sent).toContainEqual(events[0]);
    expect(types(sent)).not.toContain('cancel');
  });

  it('end where they are told to', () => {
    const until = ({ value }: { value: unknown }) => value === 'charging';
    expect(machinePaths(order, { until }).map(({ events }) => types(events))).toEqual([['pay'], ['cancel']]);
  });

  it('without end are refused with a hint', () => {
    const endless = createMachine({
      context: { n: 0 },
      on: { more: { actions: assign(({ context }) => ({ n: context.n + 1 })) } },
    });
    expect(() => machinePaths(endless, { limit: 50 })).toThrow(/more than 50 steps.*distinguish/);
    expect(machinePaths(endless, { distinguish: ({ context }) => context.n % 3 }).length).toBeGreaterThan(0);
  });
});

describe('a path test', () => {
  it('reports what it went through, and runs nothing of it', async () => {
    const report = await testPaths(order);
    expect(effects).toEqual([]);
    expect(report.states).toEqual({ reached: ['open', 'charging', 'paid', 'cancelled'], missed: [] });
    expect(report.transitions.missed).toEqual([]);
    expect(report.transitions.reached).toContain('charging --xstate.error.actor.charge [mayTryAgain]--> open');
    expect(report.paths).toBe(machinePaths(order).length);
  });

  it('runs nothing that stands in the machine itself either', async () => {
    const ran: string[] = [];
    const act = (what: string) => () => void ran.push(what);
    const inline = createMachine({
      context: { entered: 0 },
      entry: [act('root'), assign({ entered: 1 })],
      invoke: { src: fromPromise(async () => act('invoked')()), onDone: { actions: act('done') } },
      initial: 'a',
      states: {
        a: {
          entry: act('entry'),
          exit: [act('exit')],
          after: { 10: { target: 'b', actions: act('after') } },
          on: {
            go: [
              { guard: () => false, target: 'b' },
              { target: 'b', actions: [act('go')] },
            ],
          },
        },
        b: { always: { actions: act('always'), target: 'c' } },
        c: { type: 'parallel', states: { d: { entry: act('d') } } },
      },
    });
    await testPaths(inline, {
      invariant: ({ context }) => assert.equal(context.entered, 1),
      except: ['a --go [guard]--> b'],
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ran).toEqual([]);
  });

  it('counts states that are only passed, and transitions that wait for no event', async () => {
    const passing = createMachine({
      entry: raise({ type: 'go' }),
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { always: 'c' }, c: {} },
    });
    const { states, transitions } = await testPaths(passing);
    expect(states.reached).toEqual(['a', 'b', 'c']);
    expect(transitions.reached).toEqual(['a --go--> b', 'b --always--> c']);
  });

  it('fails for states and transitions that no path goes through, unless they are excepted', async () => {
    const holed = createMachine({
      initial: 'a',
      states: {
        a: {
          on: {
            go: {
              guard: function never() {
                return false;
              },
              target: 'b',
            },
          },
        },
        b: { on: { back: 'a' } },
      },
    });
    expect(await message(testPaths(holed))).toBe(
      [
        'no path goes through b',
        'no path goes through a --go [never]--> b',
        'no path goes through b --back--> a',
        'A guard may ask for values: give the events with them, all of them, as "events". What nothing can reach, name in "except".',
      ].join('\n'),
    );
    const except = ['b', 'a --go [never]--> b', 'b --back--> a'];
    await testPaths(holed, { except });
    await testPaths(holed, { except: [/\bb\b/] });
    expect(await message(testPaths(holed, { except: [...except, 'a'] }))).toBe(
      'nothing was missed that is excepted as a',
    );
  });

  it('prints the path that broke an invariant as a script, the step marked', async () => {
    const broken = testPaths(order, { invariant: ({ context }) => assert(context.tries < 2, 'tried twice') });
    expect(await message(broken)).toMatch(
      new RegExp(
        [
          String.raw`^path \d+ of \d+ fails at step 3: tried twice`,
          '',
          String.raw`   0\. start +→ open`,
          String.raw`   1\. pay +→ charging`,
          String.raw`   2\. xstate\.error\.actor\.charge +→ open`,
          String.raw`>  3\. pay +→ charging`,
        ].join('\n'),
      ),
    );
  });

  it('drives a subject along each path, compares it at each step, and closes it whatever happens', async () => {
    const log: string[] = [];
    const subject = (): Subject<typeof order> => ({
      perform: ({ type }) => void log.push(type),
      check: ({ value }) => {
        log.push(`= ${String(value)}`);
        if (value === 'cancelled') throw new Error('not here');
      },
      close: () => void log.push('closed'),
    });
    expect(await message(testPaths(order, { kind: 'shortest', subject }))).toContain('not here');
    expect(log.slice(-4)).toEqual(['= open', 'cancel', '= cancelled', 'closed']);
  });

  it('finds a real actor that is not where the machine is', async () => {
    /** The order as somebody has built it: he forgot the limit of the delay. */
    class Built implements Subject<typeof order> {
      readonly clock = new SimulatedClock();
      readonly actor = createActor(
        order.provide({ actors: { charge: fromPromise(() => new Promise(() => undefined)) } }),
        {
          clock: this.clock,
        },
      ).start();

      constructor(readonly lateBy: number) {}

      perform(event: { type: string }): void {
        const own = ownEvent(event);
        if (own?.kind === 'after') this.clock.increment(Number(own.delay) - this.lateBy);
        else this.actor.send(event as never);
      }

      check({ value }: { value: unknown }): void {
        assert.equal(this.actor.getSnapshot().value, value);
      }
    }
    await testPaths(order, { subject: () => new Built(0) });
    expect(await message(testPaths(order, { subject: () => new Built(1) }))).toContain('xstate.after.5000');
  });
});

describe('own events', () => {
  it('are told apart from those that somebody sends', () => {
    expect(ownEvent({ type: 'pay' })).toBeNull();
    expect(ownEvent({ type: 'xstate.done.actor.charge' })).toEqual({ kind: 'done', actor: 'charge' });
    expect(ownEvent({ type: 'xstate.error.actor.0.order.charging' })).toEqual({
      kind: 'error',
      actor: '0.order.charging',
    });
    expect(ownEvent({ type: 'xstate.after.5000.order.charging' })).toEqual({
      kind: 'after',
      delay: '5000',
      state: 'order.charging',
    });
  });
});

it('a script shows what events carry, cut where it is too long', () => {
  const told = script({
    events: [{ type: 'go', id: 7, text: 'x'.repeat(500) } as { type: string }],
    states: [{ value: 'a' }, { value: { b: 'c' } }],
  });
  expect(told).toMatch(/^ {3}0\. start +→ a\n {3}1\. go \{ id: 7, text: 'x+… +→ \{"b":"c"\}$/);
  expect(told.length).toBeLessThan(400);
});

describe('a context that JSON would empty', () => {
  it('tells states apart by what it holds: a Set, a big integer', async () => {
    const visitor = setup({
      types: { context: {} as { seen: ReadonlySet<string>; id: bigint }, events: {} as { type: 'a' } | { type: 'b' } },
    }).createMachine({
      context: { seen: new Set(), id: 2n ** 64n },
      on: {
        a: { actions: assign({ seen: ({ context }) => new Set([...context.seen, 'a']) }) },
        b: { guard: ({ context }) => context.seen.has('a'), actions: assign({ id: ({ context }) => context.id | 1n }) },
      },
    });
    const { transitions } = await testPaths(visitor);
    expect(transitions.reached).toHaveLength(2);
  });
});
