import { EspalierError } from '../../errors.js';
import { findJob } from '../../host/jobs/lookup.js';
import { presenceOf } from '../../host/recovery/presence.js';
import type { RunId } from '../../ids.js';
import type { JournalEvent } from '../../machines/events.js';
import { explainFacts } from '../../machines/explain/explain.js';
import type { Explanation } from '../../machines/explain/findings/explanation.js';
import type { ActorFact, Facts, RunFact, SlotFact, Target } from '../../machines/explain/findings/facts.js';
import { slotJobId } from '../../machines/ids/job-id.js';
import { nearest } from '../../near.js';
import { checkOptions, fields, text } from '../../options.js';
import type { HostRecord, RunRecord, SlotStory, Store } from '../../persistence/index.js';
import { aboutJob } from './explain-job.js';
import {
  concerns,
  EVENTS,
  type ExplainSource,
  FOREIGN_TYPES,
  facts,
  HOST_TYPES,
  merge,
  processFact,
} from './explain-source.js';

export interface ExplainOptions {
  /** The host whose actor is meant, when several have one of that path; the newest is taken. */
  readonly host?: RunId;
}

const explainRule = fields<ExplainOptions>({ host: text });

/** Hosts in which a path is looked for, the newest first. */
const HOSTS = 20;

/**
 * Explains what happened to an actor (by its path), a slot of a run (`RUN:INDEX`), a run, a job or a host, from a living store
 * or a dead one: the root cause first, in sentences, with evidence and with what to do.
 *
 * @throws EspalierError `ESP_NOT_FOUND`, with the nearest names that there are, for a target that the store does not know,
 * and for a host that it does not know
 * @example
 * import { explain, openReader } from 'espalier';
 * await using reader = await openReader('.espalier/espalier.db');
 * const { findings } = await explain(reader, '/embed');
 * console.log(findings[0].sentences[0]);
 */
export async function explain(
  source: ExplainSource,
  target: string,
  options: ExplainOptions = {},
): Promise<Explanation> {
  checkOptions('explain', options, explainRule);
  const { host } = options;
  return explainFacts(await collect(source, target, host));
}

async function collect(source: ExplainSource, text: string, wanted: string | undefined): Promise<Facts> {
  const slot = /^(?<run>[^/].*):(?<index>\d+)$/.exec(text)?.groups;
  const record = await source.runs.get(slot?.run ?? text);
  if (record && slot)
    return await aboutRun(source, record, { kind: 'slot', run: record.run, index: Number(slot.index) });
  if (record) return await aboutRun(source, record, { kind: 'run', run: record.run });
  // A path may be called so too: it is asked for after the jobs.
  const job = text.startsWith('job-') ? await findJob(source.jobs, text) : null;
  if (job !== null) return await aboutJob(source, job);
  const host = await source.hosts.get(text);
  if (host) return await aboutActor(source, host, { kind: 'host', host: host.runId });
  return await aboutPath(source, text, wanted);
}

async function aboutRun(source: ExplainSource, record: RunRecord, target: Target): Promise<Facts> {
  const { run } = record;
  const slot = target.kind === 'slot' ? await slotFact(source, record, target.index) : null;
  // Of a slot that has its end the host that gave it that, whoever has driven the run since.
  const owner = (slot && endedBy(slot)) ?? record.owner;
  const host = owner === null ? null : await source.hosts.get(owner);
  const [outlook, own, foreign, processes] = await Promise.all([
    source.runs.outlook(run),
    source.journal.about({ ...(slot ? { job: slot.jobId } : { run }), limit: EVENTS }),
    source.journal.about({ types: [...FOREIGN_TYPES, ...HOST_TYPES, 'process.suspect'], limit: EVENTS }),
    source.processes.present(),
  ]);
  const { status, wish, pool, policy, total, counts, updatedAt } = record;
  const runFact: RunFact = { run, status, wish, pool, policy, total, counts, updatedAt, ...outlook };
  const ofHost = foreign.filter((event) => concerns(event, owner));
  return {
    ...facts(source, target, host, merge(own, ofHost)),
    partial: own.length >= EVENTS,
    processes: processes.filter(({ jobId }) => slot !== null && jobId === slot.jobId).map(processFact),
    run: runFact,
    slot,
  };
}

type OwnedSlot = SlotStory & SlotFact;

function endedBy({ state, attempts }: OwnedSlot): string | null {
  return state === 'queued' || state === 'running' ? null : (attempts.at(-1)?.owner ?? null);
}

async function slotFact({ runs, file }: ExplainSource, { run, total }: RunRecord, index: number): Promise<OwnedSlot> {
  const found = await runs.slot(run, index);
  if (found) return { ...found, jobId: slotJobId(run, index) };
  const message = `run ${run} has no slot ${index}: it has ${total}, counted from 0`;
  throw new EspalierError('ESP_NOT_FOUND', message, { context: { file, run, index } });
}

/** A path lives in the newest host that knows it, a living one before the others. */
async function aboutPath(source: ExplainSource, text: string, wanted: string | undefined): Promise<Facts> {
  const path = text.startsWith('/') ? text : `/${text}`;
  const hosts = wanted === undefined ? await source.hosts.newest(HOSTS) : [await namedHost(source, wanted)];
  const known = new Set<string>();
  const alive = (record: HostRecord) => (presenceOf(record) === 'living' ? 0 : 1);
  for (const host of hosts.toSorted((a, b) => alive(a) - alive(b))) {
    const found = await pathsOf(source, host.runId);
    if (found.has(path)) return await aboutActor(source, host, { kind: 'actor', path });
    for (const other of found) known.add(other);
  }
  throw await unknown(source, text, known);
}

async function namedHost({ hosts, file }: ExplainSource, runId: RunId): Promise<HostRecord> {
  const host = await hosts.get(runId);
  if (host) return host;
  throw new EspalierError('ESP_NOT_FOUND', `there is no host ${runId} in ${file}`, { context: { file, host: runId } });
}

/** The paths that a host's store knows: of what is observed, and of what something happened to. */
async function pathsOf(source: ExplainSource, runId: RunId): Promise<Set<string>> {
  const [snapshots, events] = await Promise.all([
    source.snapshots.list(runId),
    source.journal.about({ runId, below: '/', limit: EVENTS }),
  ]);
  return new Set(['/', ...snapshots.map(({ path }) => path), ...events.flatMap(({ path }) => path ?? [])]);
}

async function unknown(
  { file, runs }: ExplainSource,
  text: string,
  paths: ReadonlySet<string>,
): Promise<EspalierError> {
  const names = [...paths, ...(await runs.list()).map(({ run }) => run)];
  const near = nearest(text, names);
  const hint = near.length > 0 ? `; near: ${near.join(', ')}` : '';
  const message = `nothing in ${file} is called ${text}: a path, a run, RUN:INDEX, a job or a host is expected${hint}`;
  return new EspalierError('ESP_NOT_FOUND', message, { context: { file, target: text, near } });
}

async function aboutActor(source: ExplainSource, host: HostRecord, target: Target): Promise<Facts> {
  const { runId } = host;
  const path = target.kind === 'actor' ? target.path : '/';
  const [own, foreign, snapshots, processes] = await Promise.all([
    source.journal.about({
      runId,
      paths: [path, ...ancestors(path)],
      below: path,
      types: [...HOST_TYPES],
      limit: EVENTS,
    }),
    source.journal.about({ types: [...FOREIGN_TYPES], limit: EVENTS }),
    source.snapshots.list(runId),
    source.processes.present(runId),
  ]);
  const culprits = await behind(source, runId, path, own);
  const within = (other: string) => other === path || other.startsWith(path === '/' ? '/' : `${path}/`);
  return {
    ...facts(
      source,
      target,
      host,
      merge(
        own,
        culprits,
        foreign.filter((event) => concerns(event, runId)),
      ),
    ),
    partial: own.length >= EVENTS,
    actors: snapshots.filter((record) => within(record.path)).map(actorFact),
    processes: processes.filter((record) => within(record.path)).map(processFact),
  };
}

/** What happened elsewhere and reached the target: the siblings that a strategy names, and what escalated above it. */
async function behind({ journal }: ExplainSource, runId: RunId, path: string, own: readonly JournalEvent[]) {
  const named = own.flatMap((event) =>
    event.type === 'actor.restarted' && event.path === path && event.data.reason.startsWith('with /')
      ? [event.data.reason.slice('with '.length)]
      : [],
  );
  const escalated = own.flatMap((event) => (event.type === 'supervisor.escalated' && event.path ? [event.path] : []));
  const below = [...new Set([...named, ...escalated])].slice(-3);
  const found = await Promise.all(
    below.map((other) => journal.about({ runId, paths: [other], below: other, limit: 200 })),
  );
  return merge(...found);
}

function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return ['/', ...parts.slice(0, -1).map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}

function actorFact({ path, role, state, at }: Awaited<ReturnType<Store['snapshots']['list']>>[number]): ActorFact {
  return { path, role, state: typeof state === 'string' ? state : JSON.stringify(state), at };
}
