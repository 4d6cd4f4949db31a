import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../../../src/errors.js';
import type { ProcessIdentity } from '../../../src/machines/process/process.js';
import { cookieEntries } from '../../../src/transport/process/proc/cookies.js';
import { readIdentity, sameProcess } from '../../../src/transport/process/proc/identity.js';
import { listPids, readCommandLine, readEnvironment, readStat } from '../../../src/transport/process/proc/proc.js';
import { lives, newRunId, until } from './support.js';

/** The path of a fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** The command that runs a fixture, by its ending. */
export function program(name: string): readonly [string, ...string[]] {
  return [name.endsWith('.pl') ? '/usr/bin/perl' : '/bin/sh', fixture(name)];
}

/** The command that runs a host of its own. */
export function hostCommand(options: {
  readonly runId: string;
  readonly programs: readonly (readonly string[])[];
  readonly spawner?: 'forker' | 'direct';
  readonly megabytes?: number;
  readonly zygote?: boolean;
}): readonly [string, ...string[]] {
  const built = new URL('../../../dist/', import.meta.url).href;
  return [process.execPath, fixture('host.mjs'), JSON.stringify({ built, spawner: 'forker', ...options })];
}

interface Told {
  readonly forker?: number;
  readonly generation?: number;
  readonly up?: string;
  readonly started?: number;
  readonly spawnId?: string;
  readonly offspring?: number;
  readonly ended?: number;
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly ready?: boolean;
  readonly stopped?: boolean;
}

/** A real host in a process of its own, made to be killed. */
export class DoomedHost {
  readonly runId = newRunId();
  readonly told: Told[] = [];
  readonly process: ChildProcessWithoutNullStreams;
  readonly #zygotes: ProcessIdentity[] = [];
  readonly #known = new Map<number, ProcessIdentity>();
  stderr = '';

  constructor(options: {
    programs: readonly (readonly string[])[];
    spawner?: 'forker' | 'direct';
    megabytes?: number;
    /** False: `sh` starts the programs. */
    zygote?: boolean;
    env?: NodeJS.ProcessEnv;
    /** What to run the host with. */
    wrapper?: readonly string[];
  }) {
    const { env = {}, wrapper = [], ...rest } = options;
    const [file = '', ...words] = [...wrapper, ...hostCommand({ ...rest, runId: this.runId })];
    this.process = spawn(file, words, { env: { ...process.env, ...env } });
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    createInterface({ input: this.process.stdout }).on('line', (line) => this.#hear(JSON.parse(line)));
  }

  /** A pid means what it meant when it was told: by the time a test cleans up it may be somebody else's. */
  #hear(told: Told): void {
    this.told.push(told);
    for (const pid of [told.started, told.offspring, told.forker]) {
      const identity = pid === undefined ? null : readIdentity(pid);
      if (identity !== null) this.#known.set(identity.pid, identity);
    }
  }

  /** Waits until every program said that it is ready. */
  async ready(): Promise<void> {
    await until(`host is ready ${this.stderr}`, () => {
      if (this.process.exitCode !== null) throw new Error(`the host ended: ${this.stderr}`);
      return this.told.some((told) => told.ready);
    });
  }

  say(word: string): void {
    this.process.stdin.write(`${word}\n`);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The newest forker, 0 when there is none. */
  get forker(): number {
    return this.told.findLast((told) => told.forker !== undefined)?.forker ?? 0;
  }

  /** The zygote of the newest forker, 0 when there is none. */
  get zygote(): number {
    const isZygote = (pid: number) =>
      readStat(pid)?.parent === this.forker && readCommandLine(pid)[0] === 'espalier-zygote';
    return this.forker === 0 ? 0 : (listPids().find(isZygote) ?? 0);
  }

  get directory(): string {
    return this.told.find((told) => told.up !== undefined)?.up ?? '';
  }

  /** The guardians of this host. */
  guardians(): readonly number[] {
    return listPids().filter((pid) => {
      const words = readCommandLine(pid);
      return words[1]?.endsWith('/guardian.sh') && words[2] === this.runId;
    });
  }

  /** Zygotes that live though their host was struck. */
  orphanedZygotes(): readonly number[] {
    return this.#zygotes.filter((one) => sameProcess(one, readIdentity(one.pid))).map(({ pid }) => pid);
  }

  /** What it told of that still lives, whatever became of its environment. */
  known(): readonly number[] {
    return [...this.#known.values()]
      .filter((identity) => sameProcess(identity, readIdentity(identity.pid)))
      .map(({ pid }) => pid);
  }

  /** Everything of this host that lives: what is known, what carries its cookie, what watches. */
  remains(): readonly number[] {
    return [...new Set([...this.known(), ...carriers(this.runId)])].filter((pid) => pid !== this.forker);
  }

  /** All processes that show its run id, in their environment or command line, whether it told of them or not. */
  everything(): readonly number[] {
    const mark = Buffer.from(this.runId);
    return listPids().filter((pid) => {
      const environment = readEnvironment(pid);
      const marked = environment !== null && typeof environment !== 'symbol' && environment.includes(mark);
      return (marked || readCommandLine(pid).includes(this.runId)) && lives(pid);
    });
  }

  /**
   * Strikes, and waits until nothing of it is left; resolves with the milliseconds until its programs were gone. Looking at
   * everything there is takes longer than the clean-up; so what is known is waited for first, one by one.
   */
  async struck(strike: () => void): Promise<number> {
    const watched = this.remains();
    const zygote = readIdentity(this.zygote);
    if (zygote !== null) this.#zygotes.push(zygote);
    const began = performance.now();
    strike();
    for (const pid of watched) await until(`${pid} is gone`, () => !lives(pid), 20_000);
    const known = performance.now() - began;
    if (this.remains().length === 0) return known;
    await until(`programs of ${this.runId} are gone`, () => this.remains().length === 0, 20_000);
    return performance.now() - began;
  }

  /** Waits until nothing of it is left; resolves with the milliseconds until its programs, and until all was gone. */
  async gone(withinMs = 20_000): Promise<{ programs: number; all: number }> {
    const began = performance.now();
    await until(`programs of ${this.runId} are gone`, () => this.remains().length === 0, withinMs);
    const programs = performance.now() - began;
    const rest = () => {
      const known = [this.forker, this.pid, ...this.guardians()].filter((pid) => pid !== 0 && lives(pid));
      return [...known, ...this.orphanedZygotes()];
    };
    await until(
      `forker, zygote and guardian of ${this.runId} are gone: ${rest()}`,
      () => rest().length === 0,
      withinMs,
    );
    await until(`${this.directory} is removed`, () => !existsSync(this.directory), withinMs);
    if (this.remains().length > 0) throw new Error(`something came back: ${this.remains()}`);
    return { programs, all: performance.now() - began };
  }
}

/** Live processes with a cookie of a run. */
export function carriers(runId: string): readonly number[] {
  return listPids().filter((pid) => {
    const environment = readEnvironment(pid);
    if (environment === null || typeof environment === 'symbol') return false;
    return cookieEntries(environment).some((entry) => entry.startsWith(`${runId}.`)) && lives(pid);
  });
}

/** Ends by pid what a failed test left behind. */
export function mopUp(host: DoomedHost): void {
  host.process.kill('SIGKILL');
  if (host.directory !== '') rmSync(host.directory, { recursive: true, force: true, maxRetries: 5 });
  for (const pid of [...host.guardians(), ...host.orphanedZygotes(), ...host.known(), ...carriers(host.runId)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It may end by itself between the look and the signal.
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }
}
