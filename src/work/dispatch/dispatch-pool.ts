import { LiveExecPool } from '../../actors/exec/exec-pool.js';
import type { Execution } from '../../actors/exec/execution.js';
import { type FindPool, poolAt } from '../../actors/handles/standing-pool.js';
import { EspalierError } from '../../errors.js';
import type { DispatchPool } from './dispatcher.js';

/**
 * An exec pool as runs see it. A pool that does not live now is not open, and neither is one of another mode.
 *
 * @throws EspalierError `ESP_NOT_FOUND` if there is none, `ESP_INVALID` if it serves calls
 */
export function dispatchPool(path: string, find: FindPool): DispatchPool {
  if (poolAt(path, find).mode !== 'exec') {
    throw new EspalierError('ESP_INVALID', `pool ${path} serves calls; a run needs an exec pool`);
  }
  const open = (): LiveExecPool | undefined => {
    const pool = find();
    return pool instanceof LiveExecPool && pool.isOpen ? pool : undefined;
  };
  const now = (): LiveExecPool => {
    const pool = open();
    if (pool) return pool;
    throw new EspalierError('ESP_STOPPED', `pool ${path} takes no work now`, { context: { path } });
  };
  return {
    path,
    get isOpen() {
      return open() !== undefined;
    },
    prepare: (input, index) => now().prepare(input, index),
    submit: (execution: Execution) => now().submit(execution, true),
  };
}
