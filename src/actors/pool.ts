import { EspalierError } from '../errors.js';
import type { OverflowPolicy } from '../machines/checkout.js';
import { CallPool } from './call-pool.js';
import { type CallSlot, CallSlotKind } from './call-slot.js';
import { ExecPool } from './exec-pool.js';
import { ExecProgram, type ExecProgramOptions } from './exec-program.js';
import { type ExecSlot, ExecSlotKind } from './exec-slot.js';
import { PoolActor, type PoolVariant } from './pool-actor.js';
import { type ProcessServices, processServices } from './process-services.js';
import { type ChildOptions, type ChildSpec, type StartResult, spec } from './spec.js';
import { MAX_TIMER_MS } from './time-limit.js';
import { DEFAULT_GRACE_MS } from './worker-hands.js';

interface CommonOptions
  extends Omit<ChildOptions, 'start' | 'role' | 'type' | 'shutdown' | 'significant'>,
    ExecProgramOptions {
  /** How many workers: a whole number from 1 to 1024. */
  readonly size: number;
  /** How much work may wait (1000). */
  readonly maxQueue?: number;
  /** What a full queue does (`reject`). */
  readonly overflow?: OverflowPolicy;
  /** How long a process may take to end once it was asked to, in milliseconds (5000). */
  readonly graceMs?: number;
}

/** A pool of slots, each of which runs one program at a time. */
export interface ExecPoolOptions extends CommonOptions {
  readonly mode: 'exec';
}

/** A pool of workers that stay and serve calls over the worker protocol. */
export interface CallPoolOptions extends CommonOptions {
  readonly mode?: 'protocol';
  /** Handed to each worker before it is ready; any JSON value. */
  readonly config?: unknown;
  /** Calls in a worker at once: 1, or 32 in a worker that says it is concurrent. */
  readonly window?: number;
  /** Calls that wait in a worker beyond those (1). */
  readonly prefetch?: number;
  /** How long a worker may take from its start to `ready`, or between two signs of progress, in milliseconds (30 000). */
  readonly bootMs?: number;
  /** How long a cancelled call may go on before its worker is killed, in milliseconds (5000). */
  readonly cancelGraceMs?: number;
}

export type PoolOptions = ExecPoolOptions | CallPoolOptions;

const MAX_SIZE = 1024;
const BOOT_MS = 30_000;
const CANCEL_GRACE_MS = 5000;

/**
 * A pool as a child of a supervisor: a supervisor itself (`rest_for_one`) of its workers and its queue.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit; a program that is missing fails the pool's
 * start with `ESP_SPAWN`
 * @example
 * import { pool } from 'espalier';
 * pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', '{.script}'], size: 8 });
 * pool({ id: 'embed', command: ['python3', 'embed.py'], size: 4 });
 */
export function pool(options: PoolOptions): ChildSpec {
  const { id, restart, backoff } = options;
  check(options);
  return spec({
    id,
    role: 'pool',
    type: 'supervisor',
    ...(restart && { restart }),
    ...(backoff && { backoff }),
    start: async (context): Promise<StartResult> => {
      const services = await processServices(context.env);
      const program = new ExecProgram(options, services.hostEnv);
      if (options.mode === 'exec')
        return new PoolActor(execVariant(options, services, program), context, services).logic();
      return new PoolActor(callVariant(options, services, program), context, services).logic();
    },
  });
}

function execVariant(options: ExecPoolOptions, services: ProcessServices, program: ExecProgram): PoolVariant<ExecSlot> {
  const { graceMs = DEFAULT_GRACE_MS } = options;
  const { newSpawnId } = services;
  return {
    ...common(options),
    kind: (door) => new ExecSlotKind({ ...door, services, graceMs }),
    handle: (door) => new ExecPool({ ...door, program, newSpawnId }),
  };
}

function callVariant(options: CallPoolOptions, services: ProcessServices, program: ExecProgram): PoolVariant<CallSlot> {
  const { graceMs = DEFAULT_GRACE_MS, bootMs = BOOT_MS, cancelGraceMs = CANCEL_GRACE_MS } = options;
  const { config = null, window = null, prefetch = 1 } = options;
  const { clock } = services;
  return {
    ...common(options),
    kind: (door) => new CallSlotKind({ ...door, services, program, graceMs, bootMs, config, window, prefetch }),
    handle: (door) => new CallPool({ ...door, clock, cancelGraceMs }),
  };
}

function common({ size, maxQueue = 1000, overflow = 'reject' }: CommonOptions) {
  return { size, maxQueue, overflow };
}

function check(options: PoolOptions): void {
  const whole = (name: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return;
    const message = `pool '${options.id}': ${name} is ${value}; a whole number from ${least} to ${most}`;
    throw new EspalierError('ESP_INVALID', message);
  };
  whole('size', options.size ?? Number.NaN, 1, MAX_SIZE);
  whole('maxQueue', options.maxQueue, 0, Number.MAX_SAFE_INTEGER);
  whole('graceMs', options.graceMs, 0, MAX_TIMER_MS);
  if (options.mode === 'exec') return;
  whole('window', options.window, 1, 1000);
  whole('prefetch', options.prefetch, 0, 1000);
  whole('bootMs', options.bootMs, 1, MAX_TIMER_MS);
  whole('cancelGraceMs', options.cancelGraceMs, 0, MAX_TIMER_MS);
}
