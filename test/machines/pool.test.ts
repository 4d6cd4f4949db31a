import { describe, expect, it } from 'vitest';
import { createActor, type SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type PoolEvent, type PoolReport, poolMachine } from '../../src/machines/pool.js';
import { newSupervisor, SUPERVISOR_DEFAULTS } from '../../src/machines/supervise/state.js';

const boom = new Error('no luck');
const offered = (id: string): PoolEvent => ({ type: 'slot.offered', id });
const withdrawn = (id: string): PoolEvent => ({ type: 'slot.withdrawn', id });
const closed = (id: string): PoolEvent => ({ type: 'slot.closed', id, error: boom });
const stop: PoolEvent = { type: 'espalier.stop' };

/** A pool whose supervisor has no children of its own, so that it runs, and ends, at once. */
function input(size: number) {
  const policy = { ...SUPERVISOR_DEFAULTS, path: '/p', strategy: 'rest_for_one' } as const;
  return { supervision: newSupervisor(policy, [], () => 0), now: () => 0, size };
}

type Slot = 'booting' | 'usable' | 'closed';

function slotAfter({ type }: PoolEvent): Slot | null {
  if (type === 'slot.offered') return 'usable';
  if (type === 'slot.withdrawn') return 'booting';
  return type === 'slot.closed' ? 'closed' : null;
}

/** What a pool must be, written apart from the machine: from what its slots said alone. */
class Reference {
  readonly #slots: Slot[];
  #served = false;
  #ended = false;
  #state = 'waiting';

  constructor(size: number) {
    this.#slots = Array.from({ length: size }, () => 'booting');
  }

  state(): string {
    return this.#ended ? 'stopped' : this.#state;
  }

  hear(event: PoolEvent): void {
    if (this.#ended) return;
    if (event.type === 'espalier.stop') this.#ended = true;
    const slot = slotAfter(event);
    if (slot === null || !('id' in event)) return;
    this.#slots[Number(event.id) - 1] = slot;
    this.#settle();
  }

  #settle(): void {
    const usable = this.#slots.filter((slot) => slot === 'usable').length;
    const settled = this.#slots.every((slot) => slot !== 'booting');
    this.#served ||= usable > 0;
    if (usable > 0 && (this.#state !== 'waiting' || settled)) this.#state = 'ready';
    if (usable === 0 && this.#state === 'ready') this.#state = 'degraded';
    if (usable === 0 && settled && this.#state === 'waiting') {
      if (this.#served) this.#state = 'degraded';
      else this.#ended = true;
    }
  }
}

type State = SnapshotFrom<typeof poolMachine>;
const key = ({ value, context }: State) =>
  JSON.stringify([
    value,
    context.fleet.slots.map(({ id, phase }) => `${id} ${phase}`),
    context.served,
    context.supervision.phase,
  ]);

describe.each([1, 2, 3])('a pool of %i', (size) => {
  const ids = Array.from({ length: size }, (_, n) => String(n + 1));
  const paths = getShortestPaths(poolMachine, {
    input: input(size),
    serializeState: key,
    events: ({ context }) => [
      stop,
      ...ids.flatMap((id) => [offered(id), closed(id)]),
      // Only what was offered is withdrawn.
      ...context.fleet.slots.filter(({ phase }) => phase === 'serving').map(({ id }) => withdrawn(id)),
    ],
  });

  it('is, after every shortest path, what a reference says', () => {
    for (const { state, steps } of paths) {
      const reference = new Reference(size);
      const events = steps.map(({ event }) => event);
      for (const event of events) reference.hear(event);
      expect([events, state.value]).toEqual([events, reference.state()]);
    }
  });

  it('has every state but the passing ones among them', () => {
    const values = new Set(paths.map(({ state }) => state.value));
    expect([...values].sort()).toEqual(['degraded', 'ready', 'stopped', 'waiting']);
  });
});

describe('a pool', () => {
  function run(size: number) {
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
    const actor = createActor(logic, { input: input(size) });
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

  it('without a slot that ever served crashes with the reason of the last one that closed', () => {
    const { exits, reports, send } = run(2);
    send(closed('1'), closed('2'));
    expect(exits).toEqual([{ kind: 'crash', error: boom }]);
    expect(reports).toEqual([]);
  });

  it('whose slots served and then all closed is degraded, also when it was never ready', () => {
    const { exits, reports, send } = run(2);
    send(offered('1'), withdrawn('1'), closed('1'), closed('2'));
    expect([reports, exits]).toEqual([['degraded'], []]);
  });
});
