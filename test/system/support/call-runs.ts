import { pool, type StartRunOptions } from 'espalier';
import { start } from './support.js';
import { type Sdk, stuck } from './workers.js';

/** A system with a pool of workers, and runs over it. */
export async function calls(sdk: Sdk, options: Partial<Parameters<typeof pool>[0]> = {}) {
  const children = [pool({ id: 'w', command: [...stuck[sdk]], size: 2, graceMs: 500, ...options })];
  const system = await start({ children });
  const run = (method: string, slots: Iterable<unknown>, more: Partial<StartRunOptions> = {}) =>
    system.runs.start({ pool: 'w', method, slots, concurrency: 2, ...more });
  return { system, run };
}
