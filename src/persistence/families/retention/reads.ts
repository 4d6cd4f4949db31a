import { z } from 'zod';
import type { StoreSize } from '../../contract/retention.js';
import type { Connection } from '../../sql/connection.js';
import { journalHead } from '../journal/batch.js';
import { journalFloor } from '../journal/floor.js';
import { spaceOf } from './space.js';

const sumRow = z.object({
  since: z.number().nullable(),
  runs: z.number(),
  slots: z.number(),
  hosts: z.number(),
});
const countRow = z.object({ state: z.string(), count: z.number() });

/** All but the size of the log, which lies beside the file. */
function sizeOfStore(db: Connection, _args: null): Omit<StoreSize, 'logBytes'> {
  const { pages, free, size, givesBack } = spaceOf(db);
  const sums = db.one(
    sumRow,
    `SELECT (SELECT at FROM events ORDER BY seq LIMIT 1) AS since,
       (SELECT count(*) FROM runs WHERE removed_at IS NULL) AS runs,
       (SELECT coalesce(sum(total), 0) FROM runs WHERE removed_at IS NULL) AS slots,
       (SELECT count(*) FROM hosts WHERE ended_at IS NULL) AS hosts`,
  );
  const counts = db.all(
    countRow,
    'SELECT state, sum(count) AS count FROM queue_counts GROUP BY state HAVING sum(count) > 0 ORDER BY state',
  );
  return {
    bytes: pages * size,
    freeBytes: free * size,
    givesBack,
    schema: db.version(),
    events: journalHead(db) - journalFloor(db),
    eventsSince: sums?.since ?? null,
    runs: sums?.runs ?? 0,
    slots: sums?.slots ?? 0,
    jobs: Object.fromEntries(counts.map(({ state, count }) => [state, count])),
    hostsAlive: sums?.hosts ?? 0,
  };
}

/** What is read of the size of a store, by name. */
export const retentionReads = { 'retention.size': sizeOfStore };
