import { z } from 'zod';
import { type JobId, jobName, parseJobId, slotJobId } from '../../machines/ids/job-id.js';
import type { SqlValue } from '../sql/connection.js';

/** A condition that finds the job of an id, as `j`. */
export function isJob(id: JobId): { readonly condition: string; readonly values: readonly SqlValue[] } {
  const name = jobName(id);
  switch (name.kind) {
    case 'slot':
      return {
        condition: 'j.run = (SELECT number FROM runs WHERE run = ?) AND j.idx = ?',
        values: [name.run, name.index],
      };
    case 'job':
      return { condition: 'j.id = ?', values: [id] };
    default:
      return name satisfies never;
  }
}

/** What says a job's id, where `j` is the job and `r` its run, if it has one. */
export const NAMED = 'r.run, j.idx, j.id';

/** The columns of `NAMED`. */
export const named = { run: z.string().nullable(), idx: z.number().nullable(), id: z.string().nullable() };

/** The id that the columns of `NAMED` say. */
export function namedJob({ run, idx, id }: z.infer<z.ZodObject<typeof named>>): JobId {
  return run !== null && idx !== null ? slotJobId(run, idx) : parseJobId(id ?? '');
}
