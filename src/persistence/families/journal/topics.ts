import { z } from 'zod';
import type { RunRef } from '../../../ids.js';
import { type JobId, parseJobId, slotJobId } from '../../../machines/ids/job-id.js';
import type { Topic } from '../../contract/journal.js';
import type { Connection } from '../../sql/connection.js';
import { journalHead } from './batch.js';

/** Numbers that are walked in one piece, so that other readers need not wait for a long journal. */
const STRIDE = 50_000;

/** What an event is about, as it is stored: a slot by its run and its index. */
const namesOf = z.object({
  run: z.string().nullish(),
  index: z.number().nullish(),
  job: z.string().nullish(),
  queue: z.string().nullish(),
});
export type Names = z.infer<typeof namesOf>;

const namedRow = namesOf.extend({ type: z.string() });
type NamedRow = z.infer<typeof namedRow>;

/** What came in the journal about some runs and jobs: each type once for each slot. */
export interface News {
  readonly rows: readonly NamedRow[];
  /** Up to which number it was looked. */
  readonly head: number;
}

/** What a stored context says that its event is about. */
export function namesIn(ctx: string | null): Names {
  return ctx === null ? {} : namesOf.parse(JSON.parse(ctx));
}

/** The job of an event; null for one of none. */
function jobIn({ run, index, job }: Names): JobId | null {
  if (typeof run === 'string' && typeof index === 'number') return slotJobId(run, index);
  return typeof job === 'string' ? parseJobId(job) : null;
}

/** Whether an event is about that. */
export function isAbout(topic: Topic, names: Names): boolean {
  if ('run' in topic) return names.run === topic.run;
  return 'queue' in topic ? names.queue === topic.queue : jobIn(names) === topic.job;
}

/** What is asked for. */
export interface Topics {
  /** Behind which number; null: nothing, but the newest number. */
  readonly after: number | null;
  readonly runs: readonly RunRef[];
  /** Those without a run: a slot is found by its run. */
  readonly jobs: readonly JobId[];
  readonly queues: readonly string[];
}

/** What was journalled about these since. */
export function* newsSince(db: Connection, { after, runs, jobs, queues }: Topics): Generator<void, News, void> {
  const head = journalHead(db);
  const rows: NamedRow[] = [];
  const keys = [runs, jobs, queues].map((names) => JSON.stringify(names));
  for (let from = after ?? head; from < head; from += STRIDE) {
    const found = db.all(
      namedRow,
      `SELECT DISTINCT type, json_extract(ctx, '$.run') AS run, json_extract(ctx, '$.index') AS "index",
         json_extract(ctx, '$.job') AS job, json_extract(ctx, '$.queue') AS queue
       FROM events WHERE seq > ? AND seq <= ?
         AND (json_extract(ctx, '$.run') IN (SELECT value FROM json_each(?))
           OR json_extract(ctx, '$.job') IN (SELECT value FROM json_each(?))
           OR json_extract(ctx, '$.queue') IN (SELECT value FROM json_each(?)))`,
      from,
      Math.min(from + STRIDE, head),
      ...keys,
    );
    rows.push(...found);
    yield;
  }
  return { rows, head };
}
