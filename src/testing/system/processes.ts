import { EspalierError } from '../../errors.js';
import type { JournalEvent, RunId, System } from '../../index.js';
import { readEnvironment, readStat } from '../../transport/process/proc/proc.js';
import { isAlive } from '../../transport/process/proc/stat.js';

/** A process that a system runs now. */
export interface LiveProcess {
  readonly pid: number;
  /** Of the actor that owns it. */
  readonly path: string;
  readonly command: readonly string[];
}

/**
 * The processes that actors at or below a path run now, as the journal has them. Each was started by the system's own
 * forker, which proves whose it is, whatever it has made of its environment.
 */
export async function processesOf(system: System, path = '/'): Promise<readonly LiveProcess[]> {
  const running = new Map<string, LiveProcess>();
  for await (const event of system.events.subscribe({ after: 0, follow: false, types: [...TYPES] })) {
    if (event.runId === system.runId) note(running, event);
  }
  const at = path.startsWith('/') ? path : `/${path}`;
  const below = at === '/' ? '/' : `${at}/`;
  return [...running.values()].filter(
    (one) => (one.path === at || one.path.startsWith(below)) && isOurs(one.pid, system.runId),
  );
}

/**
 * Sends a signal to the one process that actors at or below a path run.
 *
 * @throws EspalierError `ESP_TEST` if there is none, or more than one
 */
export async function signalProcess(system: System, path: string, signal: NodeJS.Signals): Promise<LiveProcess> {
  const found = await processesOf(system, path);
  const [one] = found;
  if (one === undefined || found.length > 1) {
    const list = found.map(({ path: at, pid }) => `${at} (${pid})`).join(', ');
    throw new EspalierError(
      'ESP_TEST',
      `${found.length} processes run at or below ${path}, not one${list && `: ${list}`}`,
    );
  }
  process.kill(one.pid, signal);
  return one;
}

/**
 * Kills a process as the kernel would when memory runs out: nothing of it is asked.
 *
 * @throws EspalierError `ESP_TEST` if not exactly one process runs at or below the path
 * @example
 * await killProcess(system, '/embed/workers/1');
 */
export function killProcess(system: System, path: string): Promise<LiveProcess> {
  return signalProcess(system, path, 'SIGKILL');
}

/** Stops a process in its tracks (SIGSTOP), as one that hangs; `resumeProcess` lets it go on. */
export function suspendProcess(system: System, path: string): Promise<LiveProcess> {
  return signalProcess(system, path, 'SIGSTOP');
}

/** Lets a suspended process go on. */
export function resumeProcess(system: System, path: string): Promise<LiveProcess> {
  return signalProcess(system, path, 'SIGCONT');
}

const TYPES = ['process.spawned', 'process.exited', 'process.failed'] as const;

function note(running: Map<string, LiveProcess>, event: JournalEvent): void {
  if (event.type === 'process.spawned') {
    const { pid, command, spawnId } = event.data;
    running.set(spawnId, { pid, command, path: event.path ?? '/' });
  }
  if (event.type === 'process.exited' || event.type === 'process.failed') running.delete(event.data.spawnId);
}

/** How many levels the system's forker stands above a process that it has started. */
const LEVELS = 2;

/** Those who started a process alone can reap it: while a pid descends from our forker, nobody else can have that pid. */
function isOurs(pid: number, runId: RunId): boolean {
  const stat = readStat(pid);
  if (stat === null || !isAlive(stat)) return false;
  let { parent } = stat;
  for (let level = 0; level < LEVELS; level += 1) {
    if (isForker(parent, runId)) return true;
    parent = readStat(parent)?.parent ?? 0;
  }
  return false;
}

function isForker(pid: number, runId: RunId): boolean {
  const environment = readEnvironment(pid);
  if (environment === null || typeof environment === 'symbol') return false;
  return environment.toString('latin1').split('\0').includes(`ESPALIER_FORKER=${runId}`);
}
