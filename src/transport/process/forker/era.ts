import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { ProcessExit, ProcessIdentity } from '../../../machines/process/process.js';
import type {
  GroupEnd,
  HeldSession,
  Launched,
  LauncherEvents,
  LaunchOrder,
  Reservation,
  SweepTarget,
} from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import { killHelper, wakeHelper } from '../helpers/helpers.js';
import { readSessions } from '../host-files/sessions.js';
import { Stock } from '../launcher/stock.js';
import { isThere, thisMachine } from '../proc/identity.js';
import { nowTicks } from '../proc/proc.js';
import { SentEnvironments } from './environments.js';
import { type Answer, ForkerLink, type Notice } from './link.js';
import { Programs } from './programs.js';

/** How long a forker may take to end everything when it is asked to, in milliseconds. Its own limit: `ENDING_MS` of main.ts. */
const CLOSE_MS = 35_000;
/** How long it may take to leave after that. */
const FORKER_LEAVE_MS = 2_000;

/** A forker process and its number: each one after a crash has the next. */
export interface ForkerInfo {
  readonly identity: ProcessIdentity;
  readonly generation: number;
}

export interface EraOptions {
  readonly runId: RunId;
  readonly directory: string;
  readonly generation: number;
  readonly events: LauncherEvents;
  readonly zygote: string | null;
  readonly lock: string | null;
}

/** One forker's time: the process, its stock of FIFOs, its guardian and the programs that it runs. */
export class Era {
  /** Resolves when the forker runs; rejects with `ESP_SPAWN` when it ended before. */
  readonly ready: Promise<ForkerInfo>;
  readonly gone: Promise<ProcessExit>;
  readonly #link: ForkerLink;
  readonly #stock = new Stock((taken) => this.#link.tell({ t: 'refill', taken }));
  readonly #programs = new Programs((spawnId, exit) => this.options.events.exited(spawnId, exit));
  readonly #environments = new SentEnvironments((number, env) => this.#link.tell({ t: 'env', number, env }));
  #guardian: ProcessIdentity | null = null;
  #died = false;
  #diedAt = 0;
  #leaving = false;
  #wasReady = false;
  #becomeReady: ((info: ForkerInfo) => void) | undefined;

  constructor(readonly options: EraOptions) {
    const { runId, generation, directory, zygote, lock } = options;
    // What earlier forkers left in the folder is for their guardians.
    const own = generation === 1 ? directory : null;
    this.#link = new ForkerLink(runId, own, (notice) => this.#notice(notice));
    const release = this.#link.hold();
    this.gone = this.#link.gone.then((exit) => this.#end(exit));
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      void this.gone.then(() => reject(this.#link.ended));
    });
    this.ready.then(release, release);
    this.#link.tell({ t: 'start', runId, generation, directory, hostPid: process.pid, zygote, lock });
  }

  get generation(): number {
    return this.options.generation;
  }

  /** Why its forker is gone, or undefined while it lives. */
  get ended(): EspalierError | undefined {
    return this.#link.ended;
  }

  /** The sessions that its forker held to its end: what was born in them is its own, with a cookie or without. */
  sessions(): readonly HeldSession[] {
    return readSessions(this.options.directory, this.generation, this.#diedAt);
  }

  /** Whether the forker ended without being asked to. */
  get died(): boolean {
    return this.#died;
  }

  /** Whether its forker was ever loaded. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  async reserve(): Promise<Reservation> {
    const release = this.#link.hold();
    try {
      return { generation: this.generation, pair: await this.#stock.take() };
    } finally {
      release();
    }
  }

  async launch({ env, ...order }: LaunchOrder): Promise<Launched> {
    const { spawnId } = order;
    const ended = this.#programs.add(spawnId, this.#link.hold());
    try {
      const answer = await this.#link.ask({ t: 'launch', order, env: this.#environments.numberOf(env) });
      if (answer.t !== 'launched') throw mismatch(answer);
      return { pid: answer.pid, startTicks: answer.startTicks, ended };
    } catch (error) {
      this.#programs.remove(spawnId);
      throw this.ended !== undefined && error === this.ended ? notKnown(this.ended) : error;
    }
  }

  signal(spawnId: string, signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void {
    if (this.#programs.runs(spawnId)) this.#link.tell({ t: 'signal', spawnId, signal });
  }

  async killGroup(spawnId: string): Promise<GroupEnd | null> {
    const answer = await this.#link.ask({ t: 'kill', spawnId });
    if (answer.t !== 'killed') throw mismatch(answer);
    return answer.pinnedUntil === null ? null : { pinnedUntil: answer.pinnedUntil };
  }

  async sweep(target: SweepTarget): Promise<SweepReport> {
    const answer = await this.#link.ask({ t: 'sweep', target });
    if (answer.t !== 'swept') throw mismatch(answer);
    return answer.report;
  }

  /** Ends everything it started and then itself. Rejects when something could not be proven gone. */
  async close(refusal: EspalierError): Promise<void> {
    this.#stock.close(refusal);
    const late = setTimeout(() => void this.#link.leave(0), CLOSE_MS);
    try {
      await this.#link.ask({ t: 'close' });
    } finally {
      clearTimeout(late);
      this.#leaving = this.ended === undefined;
      await this.#link.leave(FORKER_LEAVE_MS);
    }
  }

  /** Whether the guardian still runs: after a forker's death it does until nothing is left. */
  get guarded(): boolean {
    return this.#guardian !== null && isThere(this.#guardian);
  }

  /** Its guardian goes on, should somebody have stopped it. */
  wakeGuardian(): void {
    if (this.#guardian !== null) wakeHelper(this.#guardian, this.options.runId);
  }

  /** Nobody waits for its guardian any more. */
  endGuardian(): void {
    if (this.#guardian !== null) killHelper(this.#guardian, this.options.runId);
  }

  #notice(notice: Notice): void {
    switch (notice.t) {
      case 'ready': {
        this.#wasReady = true;
        const identity = { ...thisMachine(), pid: this.#link.pid, startTicks: notice.startTicks };
        return this.#becomeReady?.({ identity, generation: this.generation });
      }
      case 'guardian':
        this.#guardian = { ...thisMachine(), pid: notice.pid, startTicks: notice.startTicks };
        return;
      case 'fifos':
        return this.#stock.add(
          notice.made,
          notice.failure === null
            ? null
            : new EspalierError('ESP_SPAWN', notice.failure, { context: { reason: notice.reason } }),
        );
      case 'exited':
        return this.#programs.exited(notice);
      case 'ended':
        return this.#programs.ended(notice);
      default:
        return notice satisfies never;
    }
  }

  #end(exit: ProcessExit): ProcessExit {
    this.#died = !this.#leaving;
    this.#diedAt = nowTicks();
    if (this.#link.ended) this.#stock.close(this.#link.ended);
    this.#programs.abandon();
    return exit;
  }
}

/** The order had been given: it may have run, and then went with its forker. */
function notKnown(cause: EspalierError): EspalierError {
  const text = `whether the program ran is not known: ${cause.message}`;
  return new EspalierError('ESP_WORKER_EXITED', text, { cause, context: cause.context });
}

function mismatch(answer: Answer): EspalierError {
  return new EspalierError('ESP_SPAWN', `the forker answered ${answer.t} to another question`);
}
