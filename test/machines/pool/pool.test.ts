import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, type SnapshotFrom } from 'xstate';
import type { FleetCommand } from '../../../src/machines/pool/fleet.js';
import { type PoolContext, type PoolEvent, type PoolReport, poolMachine } from '../../../src/machines/pool/pool.js';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import {
  newSupervisor,
  SUPERVISOR_DEFAULTS,
  type SupervisorState,
} from '../../../src/machines/supervise/state/state.js';
import { type Subject, testPaths } from '../../../src/testing/index.js';

const boom = new Error('no luck');
const offered = (id: string): PoolEvent => ({ type: 'seat.offered', id });
const withdrawn = (id: string): PoolEvent => ({ type: 'seat.withdrawn', id });
const closed = (id: string): PoolEvent => ({ type: 'seat.closed', id, error: boom });
const stop: PoolEvent = { type: 'espalier.stop' };

const workers: ChildPolicy = {
  id: 'workers',
  restart: 'permanent',
  shutdown: 5000,
  type: 'worker',
  significant: false,
};

/** A pool with these children of its own; without any it runs, and ends, at once. */
function input(size: number, children: readonly ChildPolicy[] = []) {
  const policy = { ...SUPERVISOR_DEFAULTS, path: '/p', strategy: 'rest_for_one' } as const;
  return { supervision: newSupervisor(policy, children, () => 0), now: () => 0, size };
}

type Seat = 'booting' | 'usable' | 'closed';

function seatAfter({ type }: PoolEvent): Seat | null {
  if (type === 'seat.offered') return 'usable';
  if (type === 'seat.withdrawn') return 'booting';
  return type === 'seat.closed' ? 'closed' : null;
}

/** What a pool must be, written apart from the machine: from what its seats and its only child said alone. */
class Reference implements Subject<typeof poolMachine> {
  readonly #seats: Seat[];
  #served = false;
  #child: 'starting' | 'running' | 'gone' = 'starting';
  /** What the pool is, once its child runs and until it ends. */
  #serving: 'waiting' | 'ready' | 'degraded' = 'waiting';
  #leaving: 'aborting' | 'stopping' | null = null;

  constructor(size: number) {
    this.#seats = Array.from({ length: size }, () => 'booting');
  }

  check({ value }: State): void {
    const alive = this.#leaving ?? (this.#child === 'starting' ? 'starting' : this.#serving);
    expect(value).toBe(this.#child === 'gone' ? 'stopped' : alive);
  }

  perform(event: PoolEvent): void {
    if (event.type === 'espalier.stop') this.#leave();
    // One that has started although it is to stop is still to stop.
    if (event.type === 'child.started' && this.#leaving === null) this.#child = 'running';
    if (event.type === 'child.failed' || event.type === 'child.exited') this.#child = 'gone';
    const seat = seatAfter(event);
    if (seat !== null && 'id' in event) this.#seats[Number(event.id) - 1] = seat;
    this.#settle();
  }

  #leave(): void {
    this.#leaving ??= this.#child === 'starting' ? 'aborting' : 'stopping';
  }

  #settle(): void {
    const usable = this.#seats.filter((seat) => seat === 'usable').length;
    const settled = this.#seats.every((seat) => seat !== 'booting');
    this.#served ||= usable > 0;
    if (this.#child !== 'running' || this.#leaving !== null) return;
    if (usable > 0 && (this.#serving !== 'waiting' || settled)) this.#serving = 'ready';
    if (usable === 0 && this.#serving === 'ready') this.#serving = 'degraded';
    if (usable === 0 && settled && this.#serving === 'waiting') {
      if (this.#served) this.#serving = 'degraded';
      else this.#leave();
    }
  }
}

/** What can come of the pool's child. */
function childEvents({ children }: SupervisorState): PoolEvent[] {
  return children.all().flatMap(({ status, incarnation, policy: { id } }): PoolEvent[] => {
    if (status === 'starting') {
      return [
        { type: 'child.started', id, incarnation },
        { type: 'child.failed', id, incarnation, error: boom },
      ];
    }
    if (status !== 'stopping') return [];
    return [
      { type: 'child.started', id, incarnation },
      { type: 'child.exited', id, incarnation, exit: { kind: 'shutdown' } },
    ];
  });
}

type State = SnapshotFrom<typeof poolMachine>;
const key = ({ value, context }: State) =>
  JSON.stringify([
    value,
    context.fleet.seats.map(({ id, phase }) => `${id} ${phase}`),
    context.served,
    context.supervision.phase,
    context.supervision.children.all().map(({ status }) => status),
  ]);

it.each([1, 2, 3])(
  'a pool of %i is, after whatever may come on every shortest path, what a reference says',
  async (size) => {
    const ids = Array.from({ length: size }, (_, n) => String(n + 1));
    await testPaths(poolMachine, {
      input: input(size, [workers]),
      distinguish: key,
      events: ({ context }) => [
        stop,
        ...childEvents(context.supervision),
        ...ids.flatMap((id) => [offered(id), closed(id)]),
        // Only what was offered is withdrawn.
        ...context.fleet.seats.filter(({ phase }) => phase === 'serving').map(({ id }) => withdrawn(id)),
      ],
      subject: () => new Reference(size),
      // Its child restarts, and is asked about, as a supervisor's: those have path tests of their own.
      except: [
        /^pool --(call|supervisor)\./,
        // Which seats come and go is the fleet's: it has tests of its own.
        /^pool --(seat\.(worn|gone)|pool\.resize)/,
        /^pool --child\.(ignored|due|retry)/,
        // A pool whose child is gone has been stopping.
        /^(waiting|ready|degraded|hopeless) --always \[hasEnded\]/,
      ],
    });
  },
);

describe('a pool', () => {
  function run(size: number, more: { readonly served?: boolean } = {}) {
    const reports: PoolReport[] = [];
    const exits: unknown[] = [];
    const logic = poolMachine.provide({
      actions: {
        report: (_, report) => void reports.push(report),
        perform: ({ context }) => {
          for (const command of context.commands) if (command.type === 'exit') exits.push(command.exit);
        },
      },
    });
    const actor = createActor(logic, { input: { ...input(size), ...more } });
    actor.start();
    const send = (...events: PoolEvent[]) => {
      for (const event of events) actor.send(event);
    };
    return { reports, exits, send, state: () => actor.getSnapshot().value };
  }

  it('reports each change once', () => {
    const { reports, send } = run(2);
    send(offered('1'), offered('2'), offered('1'), withdrawn('1'), withdrawn('2'), closed('1'), offered('2'));
    expect(reports).toEqual(['ready', 'degraded', 'ready']);
  });

  it('without a seat that ever served ends as a failed start, with the reason of the last one that closed', () => {
    const { exits, reports, send } = run(2);
    send(closed('1'), closed('2'));
    const said = { code: 'ESP_START', message: '/p did not start: no luck', cause: boom, context: { path: '/p' } };
    expect(exits).toEqual([{ kind: 'crash', error: expect.objectContaining(said) }]);
    expect(reports).toEqual(['hopeless']);
  });

  it('that had served before it was restarted is degraded instead, and ready when a seat opens after all', () => {
    const { exits, reports, send } = run(2, { served: true });
    send(closed('1'), closed('2'), offered('1'));
    expect([reports, exits]).toEqual([['degraded', 'ready'], []]);
  });

  it('remembers why the seat that closed last did, while one is closed', () => {
    const actor = createActor(poolMachine, { input: input(2) }).start();
    actor.send(closed('1'));
    actor.send(offered('2'));
    expect(actor.getSnapshot().context.error).toBe(boom);
    actor.send(offered('1'));
    expect(actor.getSnapshot().context.error).toBeUndefined();
  });

  it('whose seats served and then all closed is degraded, also when it was never ready', () => {
    const { exits, reports, send } = run(2);
    send(offered('1'), withdrawn('1'), closed('1'), closed('2'));
    expect([reports, exits]).toEqual([['degraded'], []]);
  });

  it('orders what each of its seats makes necessary', () => {
    const orders: (readonly FleetCommand[])[] = [];
    const order = ({ context }: { readonly context: PoolContext }) => void orders.push(context.orders);
    const actor = createActor(poolMachine.provide({ actions: { order } }), { input: input(1) }).start();
    expect(actor.getSnapshot().context.orders).toEqual([]);
    actor.send(offered('1'));
    actor.send({ type: 'seat.worn', id: '1', reason: 'asked' });
    actor.send(offered('2'));
    actor.send({ type: 'seat.gone', id: '1' });
    actor.send({ type: 'pool.resize', size: 2 });
    expect(orders).toEqual([
      [],
      [{ type: 'start', id: '2' }],
      [{ type: 'retire', id: '1', reason: 'asked' }],
      [],
      [{ type: 'start', id: '3' }],
    ]);
  });

  it('is starting until its children have started, also while it gives up', () => {
    const actor = createActor(poolMachine, { input: input(1, [workers]) }).start();
    expect(actor.getSnapshot().hasTag('espalier.starting')).toBe(true);
    actor.send(stop);
    expect([actor.getSnapshot().value, actor.getSnapshot().hasTag('espalier.starting')]).toEqual(['aborting', true]);
    const other = createActor(poolMachine, { input: input(1, [workers]) }).start();
    other.send({ type: 'child.started', id: 'workers', incarnation: 1 });
    expect(other.getSnapshot().hasTag('espalier.starting')).toBe(false);
  });

  it('is kept and listed as long as it lives', () => {
    const said: string[] = [];
    const during = (name: string) =>
      fromCallback(() => {
        said.push(name);
        return () => void said.push(`no longer ${name}`);
      });
    const logic = poolMachine.provide({ actors: { keeper: during('kept'), listing: during('listed') } });
    const actor = createActor(logic, { input: input(1) }).start();
    expect(said).toEqual(['kept', 'listed']);
    actor.send(stop);
    expect(said).toEqual(['kept', 'listed', 'no longer kept', 'no longer listed']);
    expect(
      Object.keys(
        createActor(poolMachine, { input: input(1) })
          .start()
          .getSnapshot().children,
      ),
    ).toHaveLength(2);
  });
});
