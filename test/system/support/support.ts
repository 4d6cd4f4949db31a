import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createSystem,
  type ExecPoolOptions,
  isEspalierError,
  openReader,
  pool,
  readTree,
  type StoredTree,
  type System,
  type SystemOptions,
} from 'espalier';
import { onTestFinished } from 'vitest';
import { listPids, readCommandLine, readEnvironment, readStat } from '../../../src/transport/process/proc/proc.js';
import { carriers } from '../../transport/process/doomed-host.js';
import { lives, until } from '../../transport/process/support.js';

/** A system with a store of its own. What crashes in it was told to. */
export function create(options: Partial<SystemOptions> = {}): Promise<System> {
  const onReport = () => undefined;
  return createSystem({ name: 'test', store: ':memory:', synchronous: 'normal', onReport, stdio: 'log', ...options });
}

/** A system that is stopped when the test is over. */
export async function start(options: Partial<SystemOptions> = {}): Promise<System> {
  const system = await create(options);
  onTestFinished(() => system.stop());
  return system;
}

/** A pool of shells. */
export function shells(options: Partial<Omit<ExecPoolOptions, 'mode'>> = {}) {
  return pool({ id: 'shell', command: ['sh', '-c', '{}'], size: 2, graceMs: 500, ...options, mode: 'exec' });
}

/** A worker with methods of every kind, in Node. */
export const methodsCommand: readonly [string, ...string[]] = [
  process.execPath,
  fileURLToPath(new URL('../../transport/protocol/fixtures/methods.mjs', import.meta.url)),
];

/** No answer takes so long, in milliseconds, on a busy machine either. */
const HANGS_MS = 30_000;

/** The code of what was thrown or rejected, or the answer; says so when there is none. */
export async function outcome(ask: () => unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, HANGS_MS, 'it hangs');
  });
  try {
    return await Promise.race([ask(), late]);
  } catch (error) {
    return isEspalierError(error) ? error.code : error;
  } finally {
    clearTimeout(timer);
  }
}

/** A folder, and what removes it. */
export function keptFolder(): [path: string, remove: () => void] {
  const path = mkdtempSync(join(tmpdir(), 'espalier-system-'));
  return [path, () => rmSync(path, { recursive: true, force: true })];
}

/** A folder that is removed when the test is over. */
export function folder(): string {
  const [path, remove] = keptFolder();
  onTestFinished(remove);
  return path;
}

/** Files in which programs say how far they are. */
export class Marks {
  readonly folder = folder();
  #count = 0;

  /** A shell command that leaves the shell's pid under a name. */
  mark(name: string): string {
    this.#count += 1;
    const draft = join(this.folder, `.${name}.${this.#count}`);
    return `echo $$ > ${draft}.$$; mv ${draft}.$$ ${join(this.folder, name)}`;
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** Resolves with the pid of the shell that left the mark. */
  async pid(name: string): Promise<number> {
    await until(`mark ${name}`, () => this.has(name), 30_000);
    return Number(readFileSync(join(this.folder, name), 'utf8'));
  }

  open(gate: string): void {
    writeFileSync(join(this.folder, gate), '');
  }

  /** A shell command that waits until its gate is open. */
  gate(name: string): string {
    return `while [ ! -e ${join(this.folder, name)} ]; do sleep 0.01; done`;
  }
}

/** Live processes of a host's system: programs, forker and guardian. */
export function remains(runId: string): readonly number[] {
  const own = listPids().filter((pid) => isForker(pid, runId) || isGuardian(pid, runId));
  return [...new Set([...carriers(runId), ...own])].filter(lives);
}

/** Whether a process is the forker of a host. */
export function isForker(pid: number, runId: string): boolean {
  const environment = readEnvironment(pid);
  if (environment === null || typeof environment === 'symbol') return false;
  return environment.includes(`ESPALIER_FORKER=${runId}`);
}

/** Whether a process is the guardian of a host. */
export function isGuardian(pid: number, runId: string): boolean {
  const words = readCommandLine(pid);
  return words[1]?.endsWith('/guardian.sh') === true && words[2] === runId;
}

/** All of an async iterable. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The run ids of the systems whose forkers are children of this process. */
export function ownForkers(): readonly string[] {
  return listPids().flatMap((pid) => {
    if (readStat(pid)?.parent !== process.pid) return [];
    const environment = readEnvironment(pid);
    if (environment === null || typeof environment === 'symbol') return [];
    return /(?:^|\0)ESPALIER_FORKER=([^\0]*)/.exec(environment.toString('latin1'))?.slice(1) ?? [];
  });
}

/** The forker of a system of this process. */
export function ownForkerPids(runId: string): readonly number[] {
  return listPids().filter((pid) => readStat(pid)?.parent === process.pid && isForker(pid, runId));
}

/** The tree of a store, as any process is told it. */
export async function treeOf(store: string): Promise<StoredTree> {
  await using reader = await openReader(store);
  return await readTree(reader);
}

/** The private folder of a host; empty when it has none. */
export async function directoryOf(store: string, runId: string): Promise<string> {
  await using reader = await openReader(store);
  return (await reader.hosts.get(runId))?.directory ?? '';
}
