import { z } from 'zod';
import { parseJobId } from '../../../machines/ids/job-id.js';
import { JOB_STATES, type JobState } from '../../../machines/work/job/states.js';
import type { LimitRecord, QueueRecord } from '../../contract/jobs.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { idRow } from '../../sql/rows.js';
import { limitRate } from '../job-states/limits.js';
import { methodForm } from '../job-states/records.js';

const queueRow = z.object({ queue: z.string(), paused_at: z.number().nullable(), oldest: z.number().nullable() });
const countRow = z.object({ state: z.enum(JOB_STATES), count: z.number() });
const servingRow = z.object({ run_id: z.string(), path: z.string(), methods: json(z.array(methodForm)).nullable() });

/** Every queue that has, or had, jobs, is served or paused. */
export function queueRecords(db: Connection, _args: null): QueueRecord[] {
  const queues = db.all(
    queueRow,
    `SELECT n.queue, q.paused_at,
       (SELECT d.submitted_at FROM startable s JOIN job_details d ON d.job = s.job WHERE s.queue = n.queue
        ORDER BY s.rank, s.job LIMIT 1) AS oldest
     FROM (SELECT queue FROM queue_counts UNION SELECT queue FROM serving UNION SELECT queue FROM queues) n
       LEFT JOIN queues q ON q.queue = n.queue ORDER BY n.queue`,
  );
  return queues.map(({ queue, paused_at, oldest }) => ({
    queue,
    pausedAt: paused_at,
    counts: countsOf(db, queue),
    oldestAt: oldest,
    servedBy: db
      .all(servingRow, 'SELECT run_id, path, methods FROM serving WHERE queue = ? ORDER BY run_id, path', queue)
      .map(({ run_id, path, methods }) => ({ runId: run_id, path, methods: methods?.map(({ name }) => name) ?? null })),
  }));
}

function countsOf(db: Connection, queue: string): QueueRecord['counts'] {
  const counts: Partial<Record<JobState, number>> = {};
  for (const { state, count } of db.all(
    countRow,
    'SELECT state, count FROM queue_counts WHERE queue = ? AND count > 0',
    queue,
  )) {
    counts[state] = count;
  }
  return counts;
}

const limitRow = z.object({
  name: z.string(),
  concurrency: z.number().nullable(),
  rate: json(limitRate).nullable(),
  waiting: z.number(),
});

/** Every limit, with what holds it and how much waits for it. */
export function limitRecords(db: Connection, _args: null): LimitRecord[] {
  const limits = db.all(
    limitRow,
    `SELECT l.name, l.concurrency, l.rate,
       (SELECT count(*) FROM job_details d WHERE d.parked = 'limit' AND d.parked_for = l.name) AS waiting
     FROM limits l ORDER BY l.name`,
  );
  return limits.map((limit) => ({ ...limit, holders: holdersOf(db, limit.name) }));
}

function holdersOf(db: Connection, name: string): LimitRecord['holders'] {
  return db
    .all(
      idRow,
      `SELECT j.id FROM limit_holders h JOIN attempts a ON a.id = h.attempt JOIN jobs j ON j.job = a.job
       WHERE h.name = ? ORDER BY h.attempt`,
      name,
    )
    .map(({ id }) => parseJobId(id));
}
