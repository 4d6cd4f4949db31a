import { compileTemplate, literalTemplate } from '../../machines/command/template.js';
import { callPoolRule, type ProtocolPoolOptions } from '../call/protocol-pool-options.js';
import { protocolVariant } from '../call/protocol-variant.js';
import { LiveExecPool } from '../exec/exec-pool.js';
import { type ExecPoolOptions, execPoolRule } from '../exec/exec-pool-options.js';
import { type ExecSeat, ExecSeatDriver } from '../exec/exec-seat.js';
import type { Contract, UntypedMethods } from '../handles/method-types.js';
import { PoolActor, type PoolVariant } from '../pool/pool-actor.js';
import { commonParts } from '../pool/pool-options.js';
import { checkChild } from '../tree/child-rules.js';
import type { ChildSpec, StartResult } from '../tree/child-spec.js';
import { spec } from '../tree/spec.js';
import type { ExecPoolSpec, PoolSpec } from '../tree/tree-types.js';
import { type ProcessServices, processServices } from '../worker/process-services.js';
import { Program } from '../worker/program.js';
import { DEFAULT_GRACE_MS } from '../worker/worker-hands.js';

export type { ProtocolPoolOptions } from '../call/protocol-pool-options.js';
export type { ExecPoolOptions } from '../exec/exec-pool-options.js';

/** How a pool is written down as a child. */
export type PoolOptions = ExecPoolOptions | ProtocolPoolOptions;

/**
 * A pool as a child of a supervisor: a supervisor itself (`rest_for_one`) of its workers and its queue.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit; a program that is missing fails the pool's
 * start with `ESP_SPAWN`
 * @example
 * import { pool } from 'espalier';
 * import { z } from 'zod';
 * pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', '{.script}'], size: 8 });
 * pool({ id: 'embed', command: ['python3', 'embed.py'], size: 4 });
 * const contract = { embed: { input: z.object({ text: z.string() }), output: z.array(z.number()) } };
 * pool({ id: 'checked', command: ['python3', 'embed.py'], size: 4, contract }); // what goes in and comes out is checked
 */
export function pool<const C extends Contract, const Id extends string>(
  options: ProtocolPoolOptions & { readonly id: Id; readonly contract: C },
): PoolSpec<C, Id>;
export function pool<const Id extends string>(options: ExecPoolOptions & { readonly id: Id }): ExecPoolSpec<Id>;
export function pool<M extends object = UntypedMethods, const Id extends string = string>(
  options: ProtocolPoolOptions & { readonly id: Id },
): PoolSpec<M, Id>;
export function pool(options: PoolOptions): ChildSpec;
export function pool(options: PoolOptions): ChildSpec {
  checkChild('pool', options, options?.mode === 'exec' ? execPoolRule : callPoolRule);
  const { id, restart, backoff } = options;
  return spec({
    id,
    role: 'pool',
    type: 'supervisor',
    ...(restart && { restart }),
    ...(backoff && { backoff }),
    start: async (context): Promise<StartResult> => {
      const services = await processServices(context.env);
      const compile = options.mode === 'exec' ? compileTemplate : literalTemplate;
      const program = new Program(compile(options.command), options, services);
      return options.mode === 'exec'
        ? new PoolActor(execVariant(options, services, program), context, services).logic()
        : new PoolActor(protocolVariant(options, context, services, program), context, services).logic();
    },
  });
}

function execVariant(options: ExecPoolOptions, services: ProcessServices, program: Program): PoolVariant<ExecSeat> {
  const { graceMs = DEFAULT_GRACE_MS } = options;
  const { newSpawnId, clock } = services;
  return {
    mode: 'exec',
    ...commonParts(options),
    driver: (pool) => new ExecSeatDriver({ ...pool, services, graceMs }),
    handle: (pool) => new LiveExecPool({ ...pool, program, clock, newSpawnId }),
    // Each execution has a fresh program: no seat of it wears.
    recycled: () => undefined,
  };
}
