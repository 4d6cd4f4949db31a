import { randomBytes } from 'node:crypto';
import type { Place, Shaped } from '../actors/tree/tree-types.js';
import { systemClock } from '../clock.js';
import { openHostStore } from '../host/memory-stores.js';
import { formatRunId } from '../ids.js';
import { firstCause } from '../machines/supervise/failed-start.js';
import { operationsPlace } from '../work/operations/place.js';
import { OWN_FOLDER } from '../working-folder.js';
import { checkSystemOptions, type SystemOptions } from './options.js';
import { System } from './system.js';
import { Warnings } from './warnings.js';

/**
 * Starts a system: opens its store, takes over what dead hosts left there, and starts its children in order.
 *
 * @throws EspalierError `ESP_INVALID` for options that do not fit, any `ESP_STORE_…`, or what the first child that did not
 * start threw; nothing is left running
 * @example
 * import { createSystem, pool } from 'espalier';
 * const system = await createSystem({
 *   name: 'app',
 *   children: [pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', '{.script}'], size: 4 })],
 * });
 * const { stdout } = await system.execPool('shell').exec({ script: 'echo hello' });
 * await system.stop();
 */
export async function createSystem<T extends Place = Place>(options: SystemOptions & Shaped<T>): Promise<System<T>> {
  checkSystemOptions(options);
  const { name, children = [], synchronous = 'full', storeMode, operations, maxPayload } = options;
  const runId = formatRunId(Date.now(), randomBytes(8).toString('hex'));
  const file = options.store ?? `${OWN_FOLDER}/${name}.db`;
  const store = await openHostStore(file, {
    mode: 'write',
    runId,
    synchronous,
    ...(storeMode !== undefined && { fileMode: storeMode }),
    ...(operations !== undefined && { operations: operationsPlace(operations, name, maxPayload) }),
    ...(maxPayload !== undefined && { maxPayload }),
  });
  const system = new System<T>(name, runId, store, options);
  try {
    await system.start({ ...options, children });
    return system;
  } catch (error) {
    // Why it did not start comes first, whatever else there is.
    await system.stop().catch((fault: unknown) => new Warnings(systemClock).give(fault));
    throw firstCause(error);
  }
}
