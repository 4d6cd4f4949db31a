import { z } from 'zod';

/*
 * Rows of one column that several queries give. A form is made once, beside its query and never in it: making one costs as much
 * as fifty rows.
 */

/** The id of something. */
export const idRow = z.object({ id: z.string() });
/** The name of something. */
export const nameRow = z.object({ name: z.string() });
/** How many. */
export const countRow = z.object({ count: z.number() });
/** The number of a job in its table. */
export const jobNumberRow = z.object({ job: z.number() });
