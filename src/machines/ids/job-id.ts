import { EspalierError } from '../../errors.js';
import type { RunRef } from '../../ids.js';

declare const jobId: unique symbol;

/** Names a job for good. Opaque: made and read in this module alone, nowhere cut and nowhere put together. */
export type JobId = string & { readonly [jobId]: true };

/** What a job id says: a slot, by its run and its index in that, or a job of its own, which says nothing. */
export type JobName =
  | { readonly kind: 'slot'; readonly run: RunRef; readonly index: number }
  | { readonly kind: 'job' };

/** Between a run and an index. A run may have one in its own name. */
const SEPARATOR = ':';
const INDEX = /^(?:0|[1-9]\d{0,14})$/;
const JOB = /^job-[0-9a-z]{1,16}-[0-9a-f]{16}$/;

/**
 * What an id says.
 *
 * @throws EspalierError `ESP_INVALID` for a text that is none: it is nobody's, and of no run
 */
export function jobName(id: string): JobName {
  const at = id.lastIndexOf(SEPARATOR);
  const index = id.slice(at + 1);
  if (at > 0 && INDEX.test(index)) return { kind: 'slot', run: id.slice(0, at), index: Number(index) };
  if (JOB.test(id)) return { kind: 'job' };
  throw new EspalierError('ESP_INVALID', `${JSON.stringify(id)} is not the id of a job`);
}

/** Whether a text is the id of a job that needs no run, of one that there is or not. */
export function isJobId(text: string): text is JobId {
  return JOB.test(text);
}

function requireJobId(text: string): asserts text is JobId {
  jobName(text);
}

/**
 * The id that a text says.
 *
 * @throws EspalierError `ESP_INVALID` for a text that is none
 */
export function parseJobId(text: string): JobId {
  requireJobId(text);
  return text;
}

/**
 * The id of a slot's job.
 *
 * @throws EspalierError `ESP_INVALID` for an index that is none
 * @example
 * slotJobId('mf2x-0a1b', 12); // 'mf2x-0a1b:12'
 */
export function slotJobId(run: RunRef, index: number): JobId {
  return parseJobId(`${run}${SEPARATOR}${index}`);
}

/**
 * The id of a new job without a run, never used before.
 *
 * @param now milliseconds since the epoch
 * @param randomHex sixteen random hexadecimal digits
 */
export function newJobId(now: number, randomHex: string): JobId {
  return parseJobId(`job-${now.toString(36)}-${randomHex}`);
}

/** Goes with what is told of a job. */
interface JobContext {
  readonly run?: RunRef;
  readonly job: JobId;
  readonly attempt?: number;
}

/** What an event about a job, or about an attempt of it, carries in its context. */
export function jobContext(id: JobId, attempt?: number | null): JobContext {
  const name = jobName(id);
  const context = name.kind === 'slot' ? { run: name.run, job: id } : { job: id };
  return typeof attempt === 'number' ? { ...context, attempt } : context;
}

/** Names one attempt in what is written about it. A claim raises the epoch of its job: one of an earlier epoch is late. */
export interface AttemptRef {
  readonly jobId: JobId;
  /** The fence. */
  readonly epoch: number;
  /** Its number, for whoever is told of it. */
  readonly attempt: number;
}
