import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { cookie } from '../../../machines/process/process.js';
import type {
  GroupEnd,
  HeldSession,
  Launched,
  Launcher,
  LauncherEvents,
  LaunchOrder,
  Reservation,
  SweepTarget,
} from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import { Guardian } from '../helpers/guardian.js';
import { FifoMaker } from '../host-files/fifos.js';
import { SessionFile } from '../host-files/sessions.js';
import { nowTicks } from '../proc/proc.js';
import { Sweeper } from '../sweep/sweeper.js';
import { Group } from './group.js';
import { Members } from './members.js';
import type { Program, ProgramStarter } from './program.js';
import { Stock } from './stock.js';

export interface LocalLauncherOptions {
  readonly runId: RunId;
  readonly generation: number;
  /** The host's private folder. */
  readonly directory: string;
  /** The process on whose death the guardian removes the folder. */
  readonly hostPid: number;
  /** Pairs of FIFOs made so far, or why there are no more. */
  readonly onFifos?: (made: number, failure: EspalierError | null) => void;
  readonly onGuardian?: (guardian: { readonly pid: number; readonly startTicks: number }) => void;
  /** What starts programs. */
  readonly starter: ProgramStarter;
}

/** The launcher that forks in this very process. */
export class LocalLauncher implements Launcher {
  readonly #groups = new Map<string, Group>();
  readonly #living = new Map<number, Group>();
  readonly #sweeper = new Sweeper({ isLivingGroup: (group) => this.#living.get(group)?.program.isWatched ?? false });
  readonly #stock = new Stock((taken) => this.#fifos.refill(taken));
  readonly #fifos: FifoMaker;
  readonly #guardian: Guardian;
  readonly #sessions: SessionFile;
  readonly #startTicks = nowTicks();
  readonly #members = new Members();
  readonly #starter: ProgramStarter;
  readonly #starting = new Set<Promise<Launched>>();
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: LocalLauncherOptions,
    private readonly events: LauncherEvents,
  ) {
    this.#fifos = new FifoMaker(options.directory, options.generation, (made, failure) => {
      this.#stock.add(made, failure);
      options.onFifos?.(made, failure);
    });
    this.#guardian = new Guardian(options);
    this.#starter = options.starter;
    this.#sessions = new SessionFile(options.directory, options.generation);
  }

  /** Starts the guardian and makes the first FIFOs; nothing may be launched before. */
  start(): void {
    this.#guardian.start();
    this.#fifos.refill(0);
  }

  async reserve(): Promise<Reservation> {
    return { generation: this.options.generation, pair: await this.#stock.take() };
  }

  /** Makes more FIFOs for somebody who counts for himself. */
  refill(taken: number): void {
    this.#fifos.refill(taken);
  }

  async launch(order: LaunchOrder): Promise<Launched> {
    this.#fifos.refill(order.pair + 1);
    if (this.#closed !== undefined) throw stopped();
    const starting = this.#launch(order);
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  async #launch({ own, ...order }: LaunchOrder): Promise<Launched> {
    // No assignment: a variable may be called `__proto__`.
    const env = own === undefined ? order.env : { ...order.env, ...own };
    const program = await this.#starter.start({ ...order, env });
    const { pid, startTicks } = program;
    const group = new Group(program, {
      sessions: this.#sessions,
      members: this.#members,
      sweep: (session) => this.#sweepOf(order.spawnId, session),
    });
    this.#groups.set(order.spawnId, group);
    this.#living.set(pid, group);
    return { pid, startTicks, ended: this.#afterExit(order.spawnId, program) };
  }

  /** Reports the program's end, then ends what it left in its group: nobody else would. */
  #afterExit(spawnId: string, program: Program): Promise<GroupEnd | null> {
    const ended = program.exited.then((exit) => {
      this.events.exited(spawnId, exit);
      return this.killGroup(spawnId);
    });
    // Who asks for the group's end hears of its failure; nobody may.
    ended.catch(() => undefined);
    return ended;
  }

  signal(spawnId: string, signal: NodeJS.Signals): void {
    this.#groups.get(spawnId)?.program.signal(signal);
  }

  async killGroup(spawnId: string): Promise<GroupEnd | null> {
    const group = this.#groups.get(spawnId);
    if (group === undefined) return null;
    const end = await group.kill();
    if (this.#groups.get(spawnId) === group) this.#groups.delete(spawnId);
    if (this.#living.get(group.pid) === group) this.#living.delete(group.pid);
    return end;
  }

  #sweepOf(spawnId: string, session: HeldSession): Promise<SweepReport> {
    const { runId, generation } = this.options;
    const cookies = [cookie(runId, generation, spawnId)];
    return this.sweep({ cookies, startTicks: session.startTicks, sessions: [session] });
  }

  sweep(target: SweepTarget): Promise<SweepReport> {
    const sessions = target.sessions.map((session) => this.#living.get(session.pid)?.extend(session) ?? session);
    return this.#sweeper.sweep({ ...target, sessions });
  }

  /** Resolves once what starts programs has given a sign of life. */
  answers(): Promise<void> {
    return this.#starter.answers();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stock.close(stopped());
    this.#starter.wake();
    const { runId, generation } = this.options;
    const whole = { cookies: [`${runId}.${generation}.`], startTicks: this.#startTicks };
    // What was on its way when this began is there or refused before anything is ended.
    await Promise.allSettled([...this.#starting]);
    const groups = [...this.#groups];
    const kills = groups.map(([spawnId]) => this.killGroup(spawnId));
    // What left its group is looked for at once: groups are left alone until their watchers are gone.
    const early = this.#sweeper.strike({ ...whole, sessions: [] });
    const killed = await Promise.allSettled(kills);
    await early;
    // Only a sweep that begins after every group was seen to end proves anything.
    const sessions = groups.map(([, group]) => group.session);
    await this.sweep({ ...whole, sessions });
    await Promise.all([this.#guardian.close(), this.#fifos.close(), this.#starter.close()]);
    this.#sessions.close();
    const failure = killed.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }
}

function stopped(): EspalierError {
  return new EspalierError('ESP_STOPPED', 'this host has stopped; it starts no more programs');
}
