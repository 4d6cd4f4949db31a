import { z } from 'zod';
import type { RunRef } from '../../ids.js';
import type { JournalEventType, NewJournalEvent } from '../../machines/events.js';
import { jobName, slotJobId } from '../../machines/ids/job-id.js';

/**
 * The ids that an event's data repeats from its context, by type. They are stored in the context alone, and a slot there by
 * its run and its index: an id of some thirty characters, five times in the events of each slot.
 */
const REPEATED: { readonly [T in JournalEventType]?: readonly (keyof Ids)[] } = {
  'attempt.started': ['jobId', 'attempt'],
  'attempt.ended': ['jobId', 'attempt'],
  'attempt.lost': ['jobId', 'attempt'],
  'attempt.late': ['jobId', 'attempt'],
  'job.submitted': ['jobId', 'queue'],
  'job.queued': ['jobId', 'queue'],
  'job.parked': ['jobId', 'queue'],
  'job.wanted': ['jobId', 'queue'],
  'job.ended': ['jobId', 'queue'],
  'job.waiting': ['jobId', 'queue', 'attempt'],
  'question.asked': ['jobId', 'queue'],
  'question.answered': ['jobId', 'queue'],
  'usage.skipped': ['jobId', 'attempt'],
  'budget.warned': ['jobId'],
  'budget.exceeded': ['jobId'],
  'budget.changed': ['jobId'],
  'queue.paused': ['queue'],
  'queue.resumed': ['queue'],
  'schedule.fired': ['jobId'],
  'run.started': ['run'],
  'run.continued': ['run'],
  'run.asked': ['run'],
  'run.paused': ['run'],
  'run.resumed': ['run'],
  'run.interrupted': ['run'],
  'run.stopped': ['run'],
  'run.completed': ['run'],
  'slot.committed': ['run', 'index'],
};

/** What a context says of ids, under the names that data gives them. */
interface Ids {
  readonly run?: RunRef | undefined;
  readonly index?: number | undefined;
  readonly jobId?: string | undefined;
  readonly attempt?: number | undefined;
  readonly queue?: string | undefined;
}

/** A context as it is stored; those of older stores name a slot by its `job`. */
const storedContext = z.object({
  run: z.string().exactOptional(),
  index: z.number().exactOptional(),
  job: z.string().exactOptional(),
  attempt: z.number().exactOptional(),
  queue: z.string().exactOptional(),
});

/**
 * An event's context and data as they are stored.
 *
 * @throws EspalierError `ESP_INVALID` for a job in its context that is none
 */
export function withoutRepeatedIds({ type, ctx, data }: Pick<NewJournalEvent, 'type' | 'ctx' | 'data'>): {
  readonly ctx: object | null;
  readonly data: object;
} {
  if (ctx === undefined) return { ctx: null, data };
  const { run, job, attempt, queue } = ctx;
  const name = job === undefined ? null : jobName(job);
  const slot = name?.kind === 'slot' && name.run === run ? name : null;
  const ids: Ids = { run, index: slot?.index, jobId: job, attempt, queue };
  const stored = slot === null ? ctx : { run, index: slot.index, attempt };
  const fields = REPEATED[type];
  if (fields === undefined) return { ctx: stored, data };
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    if (!fields.some((id) => id === name && ids[id] === value)) kept[name] = value;
  }
  return { ctx: stored, data: kept };
}

/** The same again, from what is stored; what has no form stays as it is, for whoever checks it. */
export function withRepeatedIds(type: string, ctx: unknown, data: unknown): { ctx: unknown; data: unknown } {
  const found = storedContext.safeParse(ctx);
  if (!found.success || typeof data !== 'object' || data === null) return { ctx, data };
  const { index, ...rest } = found.data;
  const whole = rest.run !== undefined && index !== undefined ? { ...rest, job: slotJobId(rest.run, index) } : rest;
  const ids: Ids = { run: rest.run, index, jobId: whole.job, attempt: rest.attempt, queue: rest.queue };
  const fields = isRepeating(type) ? (REPEATED[type] ?? []) : [];
  const repeated = Object.fromEntries(fields.filter((id) => ids[id] !== undefined).map((id) => [id, ids[id]]));
  return { ctx: whole, data: { ...repeated, ...data } };
}

function isRepeating(type: string): type is keyof typeof REPEATED {
  return type in REPEATED;
}
