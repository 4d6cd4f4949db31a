import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { presenceOf } from '../../host/recovery/presence.js';
import type { RunId } from '../../ids.js';
import type { JournalEvent } from '../../machines/events.js';
import type { ActorFact, DiskFact, HostFact, Target } from '../../machines/explain/findings/facts.js';
import type { AboutQuery, HostRecord, Store } from '../../persistence/index.js';

/** What an explanation reads; a store that is open for reading or for writing has it. */
export interface ExplainSource {
  readonly file: string;
  readonly hosts: Pick<Store['hosts'], 'get' | 'newest'>;
  readonly journal: Pick<Store['journal'], 'about'>;
  readonly processes: Pick<Store['processes'], 'present'>;
  readonly snapshots: Pick<Store['snapshots'], 'list'>;
  readonly runs: Pick<Store['runs'], 'get' | 'list' | 'slot' | 'outlook'>;
  readonly jobs: Pick<Store['jobs'], 'find' | 'list' | 'story' | 'queues' | 'limits'>;
  readonly trouble: Pick<Store['trouble'], 'read'>;
}

/** Events that are looked at, at most. */
export const EVENTS = 2000;
/** What concerns every part of a host. */
export const HOST_TYPES = [
  'host.started',
  'host.crashed',
  'host.ended',
  'forker.started',
  'forker.exited',
  'shortage.began',
  'shortage.ended',
] as const satisfies AboutQuery['types'];

/** What a host cannot say of itself is journalled by another. */
export const FOREIGN_TYPES = ['host.fenced', 'store.refused'] as const satisfies AboutQuery['types'];

/** Whether an event that no path carries is about this host. */
export function concerns(event: JournalEvent, runId: RunId | null): boolean {
  if (event.type === 'host.fenced') return event.data.fenced === runId;
  if (event.type === 'store.refused') return event.data.host === runId;
  return event.runId === runId;
}

/** Events in the order of their numbers, each once. */
export function merge(...lists: readonly (readonly JournalEvent[])[]): JournalEvent[] {
  const bySeq = new Map(lists.flat().map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** What every explanation rests on. */
export function facts(source: ExplainSource, target: Target, host: HostRecord | null, events: readonly JournalEvent[]) {
  const actors: readonly ActorFact[] = [];
  const nothing = { actors, run: null, slot: null, job: null };
  return { ...nothing, target, now: Date.now(), host: host && hostFact(host), events, disk: diskFact(source) };
}

function hostFact(host: HostRecord): HostFact {
  const { runId, identity, startedAt, heartbeatAt, endedAt, ended } = host;
  return { runId, pid: identity.pid, startedAt, heartbeatAt, endedAt, ended, presence: presenceOf(host) };
}

export function processFact({
  path,
  jobId,
  identity,
  state,
}: Awaited<ReturnType<Store['processes']['present']>>[number]) {
  return { path, jobId, pid: identity?.pid ?? null, state };
}

function diskFact({ file, trouble: { read } }: ExplainSource): DiskFact {
  const trouble = read();
  return { file, freeBytes: freeBytes(file), trouble };
}

function freeBytes(file: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  } catch {
    // Without the folder nothing can be said of its disk; the store itself says what is wrong.
    return null;
  }
}
