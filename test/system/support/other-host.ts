import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { codeOf } from '../../../src/errors.js';
import { listPids, readCommandLine, readStat } from '../../../src/transport/process/proc/proc.js';
import { line, lives, until } from '../../transport/process/support.js';
import { stopOutsideCommit } from './stopped.js';
import { isForker, isGuardian, remains } from './support.js';

const SCRIPT = fileURLToPath(new URL('../fixtures/host.mjs', import.meta.url));

/** Runs a command in a pid namespace of its own, behind a shell as its first process. */
export const ELSEWHERE = [
  'unshare',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  'sh',
  '-c',
  'exec 3<&0; "$@" <&3 & wait; exec sleep 300',
  'sh',
];

/** A host in a process of its own that shares a store; what it leaves goes with the test. */
export class OtherHost {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  runId = '';
  run = '';

  private constructor(
    readonly store: string,
    slots: readonly string[],
    wrapper: readonly string[],
  ) {
    const [file = '', ...words] = [...wrapper, process.execPath, SCRIPT, store, ...slots];
    this.process = spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  static async start(store: string, slots: readonly string[], wrapper: readonly string[] = []): Promise<OtherHost> {
    const host = new OtherHost(store, slots, wrapper);
    onTestFinished(() => host.#mopUp());
    const told: { runId: string; run: string } = JSON.parse(await line(host.process.stdout));
    host.runId = told.runId;
    host.run = told.run;
    return host;
  }

  /** Kills the host alone. */
  async kill(): Promise<void> {
    const own = listPids().filter((pid) => this.#isHost(pid));
    for (const pid of own) process.kill(pid, 'SIGKILL');
    await until('it is dead', () => !own.some(lives), 20_000);
  }

  /** Stops the host alone, outside of a commit. */
  async stop(): Promise<void> {
    for (const pid of listPids().filter((one) => this.#isHost(one))) await stopOutsideCommit(pid, this.store);
  }

  /** Kills host, forker and guardian in a way that leaves nobody to clean up. */
  async die(): Promise<void> {
    const own = listPids().filter(
      (pid) => this.#isHost(pid) || isForker(pid, this.runId) || isGuardian(pid, this.runId),
    );
    for (const pid of own) process.kill(pid, 'SIGSTOP');
    for (const pid of own) process.kill(pid, 'SIGKILL');
    await until('all three are dead', () => !own.some(lives), 20_000);
  }

  #isHost(pid: number): boolean {
    const words = readCommandLine(pid);
    return words[0] === process.execPath && words[1] === SCRIPT && this.#started(pid);
  }

  /** Whether it is the process that was started for this host, or one that this became: several share a store. */
  #started(pid: number): boolean {
    for (let at = pid; at > 1; at = readStat(at)?.parent ?? 0) if (at === this.process.pid) return true;
    return false;
  }

  #mopUp(): void {
    const rest = () => (this.runId === '' ? [] : remains(this.runId));
    for (const pid of [...listPids().filter((one) => this.#isHost(one)), ...rest()]) kill(pid);
    this.process.kill('SIGKILL');
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may end by itself between the look and the signal.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Changes rows of a store behind everybody's back. */
export function tamper(store: string, sql: string, ...values: readonly (string | number)[]): void {
  const db = new Database(store);
  try {
    db.prepare(sql).run(...values);
  } finally {
    db.close();
  }
}
