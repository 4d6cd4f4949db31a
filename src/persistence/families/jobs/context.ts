import { z } from 'zod';
import { type JobId, parseJobId } from '../../../machines/ids/job-id.js';
import { JOB_STATES } from '../../../machines/work/job/states.js';
import type { DependencyResult, JobContext } from '../../contract/jobs.js';
import type { Connection } from '../../sql/connection.js';
import { answersOf } from '../questions/reads.js';

/** What an attempt is told of its job; what is a value of the user's is JSON text. */
export interface JobContextText extends Omit<JobContext, 'checkpoint' | 'answers' | 'results'> {
  readonly checkpoint: string | null;
  readonly answers: Readonly<Record<string, string>>;
  readonly results: readonly (Omit<DependencyResult, 'result'> & { readonly result: string | null })[];
}

const contextRow = z.object({
  job: z.number(),
  key: z.string().nullable(),
  deadline: z.number().nullable(),
  parent: z.string().nullable(),
  root: z.string().nullable(),
  checkpoint: z.string().nullable(),
});

/** What an attempt of a job would be told now; null when there is none of this id. */
export function contextOf(db: Connection, { jobId }: { jobId: JobId }): JobContextText | null {
  const row = db.one(
    contextRow,
    `SELECT j.job, d.key, d.deadline, d.checkpoint, (SELECT id FROM jobs p WHERE p.job = d.parent) AS parent,
       (SELECT id FROM jobs r WHERE r.job = d.root) AS root
     FROM jobs j JOIN job_details d ON d.job = j.job WHERE j.id = ?`,
    jobId,
  );
  if (row === undefined) return null;
  const { job, parent, root, ...rest } = row;
  return {
    ...rest,
    parent: parent === null ? null : parseJobId(parent),
    root: root === null ? null : parseJobId(root),
    answers: answersOf(db, job),
    results: resultsOf(db, job),
  };
}

const resultRow = z.object({ id: z.string(), state: z.enum(JOB_STATES), result: z.string().nullable() });

/** What the jobs that it waited for came to. */
export function resultsOf(db: Connection, job: number): JobContextText['results'] {
  return db
    .all(
      resultRow,
      `SELECT j.id, j.state, a.result FROM dependencies n JOIN jobs j ON j.job = n.needs LEFT JOIN attempts a ON a.id = j.final
       WHERE n.job = ? AND n.met = 1 ORDER BY n.needs`,
      job,
    )
    .map(({ id, ...rest }) => ({ jobId: parseJobId(id), ...rest }));
}
