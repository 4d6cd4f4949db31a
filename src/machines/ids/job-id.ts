import { EspalierError } from '../../errors.js';
import type { RunRef } from '../../ids.js';

declare const jobId: unique symbol;

/** Names a job for good. Opaque: made and read in this module alone, nowhere cut and nowhere put together. */
export type JobId = string & { readonly [jobId]: true };

/** What a job id says: a slot, by its run and its index in that, or a job of its own, which says nothing. */
export type JobName =
  | { readonly kind: 'slot'; readonly run: RunRef; readonly index: number }
  | { readonly kind: 'job' };

const SLOT = /^(?<run>.+):(?<index>0|[1-9]\d{0,14})$/s;
const JOB = /^job-[0-9a-z]{1,16}-[0-9a-f]{16}$/;

function isJobId(text: string): text is JobId {
  return SLOT.test(text) || JOB.test(text);
}

/**
 * The id that a text says.
 *
 * @throws EspalierError `ESP_INVALID` for a text that is none
 */
export function parseJobId(text: string): JobId {
  if (isJobId(text)) return text;
  throw new EspalierError('ESP_INVALID', `${JSON.stringify(text)} is not the id of a job`);
}

/** The id of a slot's job. */
export function slotJobId(run: RunRef, index: number): JobId {
  return parseJobId(`${run}:${index}`);
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

/**
 * What an id says.
 *
 * @throws EspalierError `ESP_INVALID` for what came here past `parseJobId` and is none
 */
export function jobName(id: JobId): JobName {
  const { run, index } = SLOT.exec(parseJobId(id))?.groups ?? {};
  return run === undefined ? { kind: 'job' } : { kind: 'slot', run, index: Number(index) };
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
  return {
    ...(name.kind === 'slot' && { run: name.run }),
    job: id,
    ...(typeof attempt === 'number' && { attempt }),
  };
}

/** Names one attempt in what is written about it. A claim raises the epoch of its job: one of an earlier epoch is late. */
export interface AttemptRef {
  readonly jobId: JobId;
  /** The fence. */
  readonly epoch: number;
  /** Its number, for whoever is told of it. */
  readonly attempt: number;
}
