import { fromCallback } from 'xstate';
import { EspalierError } from '../errors.js';
import type { OverflowPolicy } from '../machines/checkout.js';
import { type PoolEvent, type PoolReport, poolMachine } from '../machines/pool.js';
import { ExecPool } from './exec-pool.js';
import { ExecProgram, type ExecProgramOptions } from './exec-program.js';
import { type ProcessServices, processServices } from './process-services.js';
import { Readiness } from './readiness.js';
import { type ChildOptions, type ChildSpec, type StartContext, spec } from './spec.js';
import { type ExecSlot, execStarter } from './starter-exec.js';
import { initialSupervision, type SupervisionOptions, supervisorLogic } from './supervisor.js';
import { Supervision } from './supervisor-perform.js';
import { Roster, WorkQueue } from './work-queue.js';
import { DEFAULT_GRACE_MS } from './worker-exec.js';

/** A pool of slots, each of which runs one program at a time. */
export interface ExecPoolOptions
  extends Omit<ChildOptions, 'start' | 'role' | 'type' | 'shutdown' | 'significant'>,
    ExecProgramOptions {
  readonly mode: 'exec';
  /** How many programs run at once: a whole number from 1 to 1000. */
  readonly size: number;
  /** How much work may wait (1000). */
  readonly maxQueue?: number;
  /** What a full queue does (`reject`). */
  readonly overflow?: OverflowPolicy;
  /** How long a program may take to end after SIGTERM, in milliseconds (5000). */
  readonly graceMs?: number;
}

const MAX_SIZE = 1000;
const MAX_QUEUE = 1000;

/**
 * A pool as a child of a supervisor: a supervisor itself (`rest_for_one`) of its workers and its queue.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit; a literal program that is missing fails the
 * pool's start with `ESP_SPAWN`
 * @example
 * import { pool } from 'espalier';
 * pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', '{.script}'], size: 8 });
 */
export function pool(options: ExecPoolOptions): ChildSpec {
  const { id, size, maxQueue = MAX_QUEUE, graceMs = DEFAULT_GRACE_MS } = options;
  requireWhole(id, 'size', size, 1, MAX_SIZE);
  requireWhole(id, 'maxQueue', maxQueue, 0, Number.MAX_SAFE_INTEGER);
  requireWhole(id, 'graceMs', graceMs, 0, 2 ** 31 - 1);
  const { restart, backoff } = options;
  return spec({
    id,
    role: 'pool',
    type: 'supervisor',
    ...(restart && { restart }),
    ...(backoff && { backoff }),
    start: async (context) => {
      const services = await processServices(context.env);
      const program = new ExecProgram(options, services.hostEnv);
      return new ExecPoolActor({ ...options, maxQueue, graceMs }, context, services, program).logic();
    },
  });
}

function requireWhole(id: string, name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new EspalierError('ESP_INVALID', `pool '${id}': ${name} is ${value}; a whole number from ${least} to ${most}`);
}

type Settled = Required<Pick<ExecPoolOptions, 'maxQueue' | 'graceMs'>> & ExecPoolOptions;

/** Brings the pool machine to life for one incarnation. */
class ExecPoolActor {
  readonly #roster = new Roster<ExecSlot>();
  #queue: WorkQueue<ExecSlot> | null = null;
  #tell: (event: PoolEvent) => void = () => undefined;
  readonly #readiness = new Readiness();

  constructor(
    readonly options: Settled,
    readonly context: StartContext,
    readonly services: ProcessServices,
    readonly program: ExecProgram,
  ) {}

  logic() {
    const options = this.#supervision();
    const supervision = new Supervision(this.context, options.children);
    const logic = poolMachine.provide({
      actors: { keeper: supervision.keeper, listing: fromCallback(() => this.#list()) },
      actions: {
        perform: ({ context: { commands }, self }) => {
          this.#tell = (event) => self.getSnapshot().status === 'active' && self.send(event);
          supervision.perform(commands, this.#tell);
        },
        report: (_, report) => this.#report(report),
      },
    });
    const { env } = this.context;
    const state = initialSupervision(this.context, options);
    return { logic, input: { supervision: state, now: () => env.clock.now(), size: this.options.size } };
  }

  #supervision(): SupervisionOptions & { readonly children: readonly ChildSpec[] } {
    const { size, graceMs } = this.options;
    const starters = Array.from({ length: size }, (_, index) => {
      const id = String(index + 1);
      return execStarter({
        id,
        services: this.services,
        roster: this.#roster,
        graceMs,
        onOpen: () => this.#tell({ type: 'slot.offered', id }),
        onClose: (error) => this.#tell({ type: 'slot.closed', id, error }),
      });
    });
    const start = supervisorLogic({ dynamic: true, maxChildren: size, children: starters });
    const workers = spec({ id: 'workers', role: 'supervisor', type: 'supervisor', start });
    // Last, so that its crash touches no worker.
    const queue = spec({ id: 'queue', role: 'queue', start: () => this.#queueLogic() });
    return { strategy: 'rest_for_one', children: [workers, queue] };
  }

  #queueLogic() {
    return fromCallback(() => {
      const { path } = this.context;
      const { maxQueue: limit, overflow = 'reject' } = this.options;
      const queue = new WorkQueue(this.#roster, { pool: path, limit, overflow });
      this.#queue = queue;
      return () => {
        this.#queue = null;
        queue.close(new EspalierError('ESP_STOPPED', `the queue of pool ${path} has stopped`));
      };
    });
  }

  /** From now on the pool can be found; the returned function ends that. */
  #list(): () => void {
    const { path } = this.context;
    const { pools, newSpawnId } = this.services;
    const handle = new ExecPool({
      path,
      program: this.program,
      queue: () => this.#queue,
      newSpawnId,
      ready: () => this.#readiness.wait(),
    });
    pools.set(path, handle);
    return () => {
      if (pools.get(path) === handle) pools.delete(path);
      this.#readiness.fail(new EspalierError('ESP_STOPPED', `pool ${path} has stopped`));
    };
  }

  #report(report: PoolReport): void {
    const { path, incarnation, env } = this.context;
    const { size } = this.options;
    if (report === 'ready') {
      this.#readiness.open();
      env.journal({ type: 'pool.ready', path, incarnation, data: { size } });
    } else {
      this.#readiness.close();
      env.journal({ type: 'pool.degraded', path, incarnation, data: { usable: 0, size } });
    }
    env.observe({ path, incarnation, role: 'pool', state: report });
  }
}
