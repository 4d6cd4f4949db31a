import type { PoolHandle } from '../../actors/handles/pool-handle.js';
import type { InspectedHost } from '../../transport/inspector/inspected-host.js';

type Loaded = ReturnType<InspectedHost['loads']> extends Iterable<infer T> ? T : never;

/** What pools do at this moment; what waits in a pool waits in its queue. */
export function* poolLoads(pools: Iterable<Pick<PoolHandle, 'path' | 'load'>>): Generator<Loaded> {
  for (const pool of pools) {
    const { waiting, busy, ...seats } = pool.load();
    yield [pool.path, { mailbox: waiting, load: busy, pool: seats }];
    yield [`${pool.path}/queue`, { mailbox: waiting }];
  }
}
