import { expect, it } from 'vitest';
import type { SnapshotFrom } from 'xstate';
import type { Cell } from '../../../src/actors/cell/cell.js';
import { LiveExecPool } from '../../../src/actors/exec/exec-pool.js';
import type { ExecSeat } from '../../../src/actors/exec/exec-seat.js';
import { PoolActor, type PoolVariant } from '../../../src/actors/pool/pool-actor.js';
import { startChild } from '../../../src/actors/tree/child.js';
import { spec } from '../../../src/actors/tree/spec.js';
import { Program } from '../../../src/actors/worker/program.js';
import { compileTemplate } from '../../../src/machines/command/template.js';
import { type PoolEvent, poolMachine } from '../../../src/machines/pool/pool.js';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import { newSupervisor } from '../../../src/machines/supervise/state/state.js';
import { type Subject, testPaths } from '../../../src/testing/index.js';
import { child, policy } from '../../machines/supervise/scenario.js';
import { TestTree } from '../tree/supervisor-tree.js';
import { ScriptedSeat, scriptedServices } from '../worker/scripted-starter.js';

type State = SnapshotFrom<typeof poolMachine>;

const boom = new Error('may still run');
const parts: readonly ChildPolicy[] = [child('workers', { type: 'supervisor' }), child('queue')];

/** What can happen to a pool: its children do what they are told, its seats come and go. */
function possible({ value, context: { fleet, supervision } }: State): PoolEvent[] {
  const children = supervision.children.all().flatMap(({ status, incarnation, policy: { id } }): PoolEvent[] => {
    if (status === 'starting') return [{ type: 'child.started', id, incarnation }];
    return status === 'stopping' ? [{ type: 'child.exited', id, incarnation, exit: { kind: 'shutdown' } }] : [];
  });
  if (value === 'starting' || value === 'stopping') return children;
  const seats = fleet.seats.flatMap(({ id, phase }): PoolEvent[] => {
    if (phase === 'serving') return [{ type: 'seat.withdrawn', id }];
    if (phase !== 'booting') return [];
    return [
      { type: 'seat.offered', id },
      { type: 'seat.closed', id, error: boom },
    ];
  });
  return [...seats, { type: 'espalier.stop' }];
}

/** A whole pool in cells: supervisor, queue, starters and workers; only the processes are played. */
class Pooled implements Subject<typeof poolMachine> {
  readonly #tree = new TestTree();
  readonly #seats = new Map<string, ScriptedSeat>();
  #cell: Cell | undefined;

  constructor(readonly size: number) {}

  async boot(): Promise<this> {
    const services = scriptedServices(this.#tree);
    const { clock, newSpawnId } = services;
    const program = new Program(compileTemplate(['sleep', '{}']), {}, { ...services, hostEnv: process.env });
    const variant: PoolVariant<ExecSeat> = {
      mode: 'exec',
      size: this.size,
      maxQueue: 1,
      overflow: 'reject',
      serves: [],
      recycled: () => undefined,
      handle: (pool) => new LiveExecPool({ ...pool, program, clock, newSpawnId }),
      driver: ({ id, onOpen, onWithdraw }) => {
        const seat = new ScriptedSeat('protocol', { offer: onOpen, withdraw: onWithdraw });
        this.#seats.set(id, seat);
        return seat;
      },
    };
    const start = (context: ConstructorParameters<typeof PoolActor>[1]) =>
      new PoolActor(variant, context, services).logic();
    const onCell = (cell: Cell) => {
      this.#cell = cell;
    };
    const pool = spec({ id: 'p', role: 'pool', type: 'supervisor', start });
    await startChild(this.#tree.env, '/', pool, 1, () => undefined, { onCell });
    await this.#tree.settle();
    return this;
  }

  async perform(event: PoolEvent): Promise<void> {
    // Its children start, and its queue ends, without being asked.
    if (event.type === 'child.exited' && event.id === 'workers') await this.#endWorkers();
    if (event.type === 'seat.offered') await this.#offer(event.id);
    if (event.type === 'seat.withdrawn') await this.#end(event.id, true);
    if (event.type === 'seat.closed') await this.#close(event.id);
    if (event.type === 'espalier.stop') void this.#cell?.stop('infinity');
    await this.#tree.settle();
  }

  async #offer(id: string): Promise<void> {
    await this.#booting(id);
    this.#seat(id).ready();
  }

  async #close(id: string): Promise<void> {
    await this.#booting(id);
    await this.#end(id, false);
  }

  /** A worker that lived shortly is followed by a pause. */
  async #booting(id: string): Promise<void> {
    while (!this.#seat(id).isRunning && this.#tree.clock.next()) await this.#tree.settle();
    expect(this.#seat(id).isRunning).toBe(true);
  }

  async #end(id: string, clean: boolean): Promise<void> {
    this.#seat(id).exit();
    await this.#tree.settle();
    this.#seat(id).swept(clean);
    await this.#tree.settle();
  }

  async #endWorkers(): Promise<void> {
    for (const id of this.#seats.keys()) await this.#end(id, true);
  }

  #seat(id: string): ScriptedSeat {
    const seat = this.#seats.get(id);
    if (!seat) throw new Error(`there is no seat ${id}`);
    return seat;
  }

  check({ value }: State): void {
    const hasEnded = this.#cell?.exit !== undefined;
    // It boots, and it ends what has no process, before it is asked what it is.
    if (value === 'starting' || (value === 'stopping' && hasEnded)) return;
    expect(hasEnded).toBe(value === 'stopped');
    if (hasEnded) expect([...this.#tree.directory.cells()]).toEqual([]);
    else expect(this.#cell?.getSnapshot()).toMatchObject({ value });
  }

  async close(): Promise<void> {
    await this.#cell?.kill();
    for (let turn = 0; turn < 3; turn += 1) {
      for (const seat of this.#seats.values()) seat.swept(true);
      await this.#tree.settle();
    }
    expect([...this.#tree.directory.cells()]).toEqual([]);
  }
}

it.each([1, 2, 3])('a pool of %i is, in cells, with starters and workers, where its machine is', async (size) => {
  const report = await testPaths(poolMachine, {
    input: {
      supervision: newSupervisor(policy({ path: '/p', strategy: 'rest_for_one' }), parts),
      now: () => 0,
      size,
    },
    distinguish: ({ value, context }) => [
      value,
      context.fleet.seats.map(({ id, phase }) => `${id} ${phase}`),
      context.served,
      context.supervision.phase,
      context.supervision.children.all().map(({ status }) => status),
    ],
    events: possible,
    subject: () => new Pooled(size).boot(),
    except: [
      // What the supervisor in it does has paths of its own, and so has the coming and going of seats.
      /^pool --(call|supervisor)\./,
      /^pool --(seat\.(worn|gone)|pool\.resize)/,
      /^pool --child\.(ignored|due|retry|failed)/,
      /aborting/,
      // One seat that has served and closed was ready in between.
      ...(size === 1 ? [/\[isExhausted\]/] : []),
      /^(starting|waiting|ready|degraded|hopeless) --always \[hasEnded\]/,
    ],
  });
  expect(report.paths).toBeGreaterThan(size);
});
