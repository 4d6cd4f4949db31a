import { compileTemplate, literalTemplate } from '../machines/template.js';
import { callVariant } from './call-variant.js';
import { ExecPool } from './exec-pool.js';
import { type ExecSlot, ExecSlotKind } from './exec-slot.js';
import { PoolActor, type PoolVariant } from './pool-actor.js';
import { checkPool, commonParts, type ExecPoolOptions, type PoolOptions } from './pool-options.js';
import { type ProcessServices, processServices } from './process-services.js';
import { Program } from './program.js';
import { type ChildSpec, type StartResult, spec } from './spec.js';
import { DEFAULT_GRACE_MS } from './worker-hands.js';

export type { CallPoolOptions, ExecPoolOptions, PoolOptions } from './pool-options.js';

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
  checkPool(options);
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
        : new PoolActor(callVariant(options, context, services, program), context, services).logic();
    },
  });
}

function execVariant(options: ExecPoolOptions, services: ProcessServices, program: Program): PoolVariant<ExecSlot> {
  const { graceMs = DEFAULT_GRACE_MS } = options;
  const { newSpawnId, clock } = services;
  return {
    ...commonParts(options),
    kind: (door) => new ExecSlotKind({ ...door, services, graceMs }),
    handle: (door) => new ExecPool({ ...door, program, clock, newSpawnId }),
    // Each execution has a fresh program: no slot of it wears.
    recycled: () => undefined,
  };
}
