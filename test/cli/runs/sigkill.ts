import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { espalier, LiveCommand, linesFile, newFolder, readLines, rowsOf } from '../espalier.js';

export interface SigkillOptions {
  readonly slots: number;
  readonly kills: number;
  readonly jobs: number;
  /** The longest time from a host's start to its death, in milliseconds. */
  readonly longestLifeMs: number;
  readonly seed: number;
}

/** How long anything of a dead host may be found, at the most, before the test says that it was left behind. */
const ORPHAN_DEADLINE_MS = 20_000;

/** What was seen, for the record. */
export interface SigkillReport {
  readonly executions: number;
  readonly reruns: number;
  /** Attempts that were on disk as running when their host was killed. */
  readonly inFlight: number;
  readonly slowestCleanup: Cleanup;
  readonly killed: number;
}

/** What became of a dead host's processes. */
interface Cleanup {
  /** From its death until nothing was left, in milliseconds. */
  readonly ms: number;
  /** From its start to its death, in milliseconds. */
  readonly lifeMs: number;
  /** Who was there last: what the time went to. */
  readonly last: readonly string[];
}

/**
 * Runs slots that each append their input to a file, kills the host again and again, continues each time, and checks what
 * must hold whatever the instants were.
 */
export async function surviveKills(options: SigkillOptions): Promise<SigkillReport> {
  const { slots, kills, jobs, longestLifeMs } = options;
  const folder = newFolder();
  const random = mulberry32(options.seed);
  const inputs = Array.from({ length: slots }, (_, index) => `line-${index}`);
  const script = ['sh', '-c', "'echo $1 >> executed'", 'sh', '{}'].join(' ');
  const input = linesFile(folder, inputs);
  const first = new LiveCommand(folder, ['run', '--exec', script, '--input', input, '--jobs', String(jobs), '--quiet']);
  const run = await first.runId();

  let host = first;
  let born = performance.now();
  let killed = 0;
  let slowestCleanup: Cleanup = { ms: 0, lifeMs: 0, last: [] };
  for (let kill = 0; kill < kills; kill += 1) {
    // Every other death strikes at any instant, the start included; the rest strike a host that is at work.
    if (kill % 2 === 1) await Promise.race([host.result, host.prints(/\n/)]).catch(() => undefined);
    const ended = await Promise.race([host.result.then(() => true), wait(random() * longestLifeMs, false)]);
    if (ended) break;
    host.child.kill('SIGKILL');
    const died = performance.now();
    await host.result;
    killed += 1;
    const cleanup = { lifeMs: Math.round(died - born), ...(await untilNothingIsLeft(folder, died)) };
    if (cleanup.ms > slowestCleanup.ms) slowestCleanup = cleanup;
    born = performance.now();
    host = new LiveCommand(folder, ['continue', run, '--quiet']);
  }
  await host.result;
  return { killed, slowestCleanup, ...(await audit(folder, run, inputs)) };
}

async function audit(folder: string, run: string, inputs: readonly string[]) {
  const finished = await espalier(folder, ['show', run, '--json']);
  expect(finished.stdout, finished.stderr).toContain('"status":"completed"');
  const rows = rowsOf((await espalier(folder, ['rows', run, '--json'])).stdout);
  expect(rows.map(({ index }) => index)).toEqual(inputs.map((_, index) => index));
  expect(rows.map((row) => row.input)).toEqual(inputs);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['succeeded']));
  const executed = new Map<string, number>();
  for (const line of readLines(join(folder, 'executed'))) executed.set(line, (executed.get(line) ?? 0) + 1);
  expect(executed.size).toBe(inputs.length);

  const db = new Database(join(folder, '.espalier', 'espalier.db'), { readonly: true });
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const lost = db
      .prepare<[], { idx: number; n: number }>(
        "SELECT j.idx, count(*) AS n FROM attempts a JOIN jobs j USING (job) WHERE a.state = 'orphaned' GROUP BY j.idx",
      )
      .all();
    const lostOf = new Map(lost.map(({ idx, n }) => [`line-${idx}`, n]));
    for (const [line, times] of executed) {
      expect(times - 1, `${line} ran again without having been in flight at a kill`).toBeLessThanOrEqual(
        lostOf.get(line) ?? 0,
      );
    }
    const executions = [...executed.values()].reduce((sum, times) => sum + times, 0);
    const inFlight = lost.reduce((sum, { n }) => sum + n, 0);
    return { executions, reruns: executions - inputs.length, inFlight };
  } finally {
    db.close();
  }
}

/** Resolves once no process of any host of the store is left. */
async function untilNothingIsLeft(folder: string, since: number): Promise<Pick<Cleanup, 'ms' | 'last'>> {
  const runIds = hostsOf(folder);
  let last: readonly string[] = [];
  for (;;) {
    const left = carriers(runIds);
    const ms = Math.round(performance.now() - since);
    if (left.length === 0) return { ms, last };
    last = left;
    expect(ms, `left behind: ${left.join(', ')}`).toBeLessThan(ORPHAN_DEADLINE_MS);
    // A look is not for nothing: it takes the processor from those who clean up.
    await wait(10);
  }
}

function hostsOf(folder: string): string[] {
  const db = new Database(join(folder, '.espalier', 'espalier.db'), { readonly: true });
  try {
    return db
      .prepare<[], { run_id: string }>('SELECT run_id FROM hosts')
      .all()
      .map(({ run_id }) => run_id);
  } finally {
    db.close();
  }
}

function carriers(runIds: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const environment = read(`/proc/${pid}/environ`);
      return runIds.some((runId) => environment.includes(runId));
    })
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

/** Empty for a process that has gone meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** A small generator, so that a seed names the instants. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
