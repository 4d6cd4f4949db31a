import type { Directory } from '../../actors/tree/directory.js';
import type { RunRef } from '../../ids.js';
import { RunBook, type SlotStage } from '../../machines/work/run/book.js';
import { type CommittedRow, type HostStore, type RunStore, SLOT_STATES } from '../../persistence/index.js';
import type { InspectedHost } from '../../transport/inspector/inspected-host.js';
import type { SeenRow, SeenRun, SeenWindow } from '../../transport/inspector/seen/records.js';
import { standingRuns } from './standing.js';

type RunReader = Pick<RunStore, 'get' | 'list' | 'placedRows' | 'committed' | 'plan' | 'finished'>;

/** What an inspector reads of runs. A run that is driven here is asked for its window; of others the plan is read. */
export function seenRuns(
  { runs, hosts }: { readonly runs: RunReader; readonly hosts: Pick<HostStore, 'get'> },
  directory: Directory | null,
): Pick<InspectedHost, 'runs' | 'run' | 'rows' | 'window'> {
  return {
    runs: async () => await standingRuns(await runs.list(), hosts),
    run: async (run) => {
      const found = await runs.get(run);
      return found && ((await standingRuns([found], hosts))[0] ?? found);
    },
    rows: (run, from, limit) => readRows(runs, run, from, limit),
    window: async (run, size) => {
      const book = directory && bookOf(directory, run.run);
      return book ? windowOf(book, size) : await planned(runs, run, size);
    },
  };
}

async function readRows(runs: RunReader, run: RunRef, from: number | 'newest', limit: number): Promise<SeenRow[]> {
  if (from !== 'newest') return (await runs.placedRows(run, from, limit)).map(seenRow);
  const record = await runs.get(run);
  if (!record) return [];
  const found: SeenRow[] = [];
  let after = Math.max(0, record.position - limit);
  for (;;) {
    const page = await runs.committed(run, after, limit);
    const last = page.at(-1);
    if (!last) return found.slice(-limit);
    found.push(...page.map(seenRow));
    after = last.position;
  }
}

/** Without what its program wrote. */
function seenRow({ position, row }: CommittedRow): SeenRow {
  const { index, status, input, result, attempts, durationMs, error = null } = row;
  return { position, index, status, input, result, attempts, durationMs, error };
}

function bookOf(directory: Directory, run: RunRef): RunBook | null {
  const snapshot = directory.whereis(`/espalier/runs/${run}`)?.getSnapshot();
  const context: unknown = snapshot && 'context' in snapshot ? snapshot.context : null;
  const book: unknown = typeof context === 'object' && context !== null && 'book' in context ? context.book : null;
  return book instanceof RunBook ? book : null;
}

function windowOf(book: RunBook, size: number): SeenWindow {
  const { total, frontier, started, finished } = book.summary();
  const count = Math.max(0, Math.min(size, total - frontier));
  const slots = Array.from({ length: count }, (_, at) => {
    const index = frontier + at;
    return { index, stage: shownStage(book.stage(index)), status: book.outcome(index) };
  });
  return { frontier, inFlight: started, waiting: finished, slots };
}

/** What is claimed ahead of its place does not run yet; what has ended runs until its end is known. */
function shownStage(stage: SlotStage): SeenWindow['slots'][number]['stage'] {
  switch (stage) {
    case 'pending':
    case 'finished':
    case 'committed':
      return stage;
    case 'claiming':
    case 'ready':
    case 'releasing':
      return 'pending';
    case 'started':
    case 'recording':
      return 'running';
    default:
      return stage satisfies never;
  }
}

async function planned(runs: RunReader, { run }: SeenRun, size: number): Promise<SeenWindow> {
  const [plan, ended] = await Promise.all([runs.plan(run), runs.finished(run)]);
  const stages = [...plan].map((state) => SLOT_STATES[state] ?? 'pending');
  const open = stages.findIndex((stage) => stage !== 'committed');
  const frontier = open === -1 ? stages.length : open;
  const slots = stages.slice(frontier, frontier + size).map((stage, at) => {
    const index = frontier + at;
    return { index, stage, status: ended.get(index) ?? null };
  });
  const count = (wanted: string) => stages.filter((stage) => stage === wanted).length;
  return { frontier, inFlight: count('running'), waiting: count('finished'), slots };
}
