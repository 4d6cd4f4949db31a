import { setTimeout as delay } from 'node:timers/promises';
import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { ProcessExit } from '../../../machines/process/process.js';
import type {
  GroupEnd,
  Launched,
  Launcher,
  LauncherEvents,
  LaunchOrder,
  Reservation,
  SweepTarget,
} from '../contract/launcher.js';
import { NotStarted } from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import { removeLeftovers } from '../host-files/directory.js';
import { nowTicks } from '../proc/proc.js';
import { Era, type ForkerInfo } from './era.js';

/** Forkers that live shorter than this, in a row, until the next one waits for somebody to need it. */
const SHORT_LIFE_MS = 1_000;
const MOST_FAILURES = 3;
/** Forkers that are tried to prove something. */
const MOST_ATTEMPTS = 5;
/**
 * How long the guardians of dead forkers may work (`scripts/guardian.sh`, then `helpers/guardian-main.ts`), in milliseconds;
 * docs/processes.md says it. One whose forker lives leaves when asked to: `helpers/guardian.ts`.
 */
const GUARDIAN_MS = 30_000;
const LOOK_MS = 2;

export interface RemoteLauncherOptions {
  readonly runId: RunId;
  readonly directory: string;
  /** The zygote for each forker, or null for none. */
  readonly zygote: string | null;
  readonly lock: string | null;
  /** Awaited before the forker starts its first program, so that it can be written down. */
  readonly onForker: (forker: ForkerInfo) => void | Promise<void>;
  readonly onForkerExit: (forker: ForkerInfo, exit: ProcessExit) => void;
}

/** The forker of now: its era, and when it can be used: registered, and what the one before it left is gone. */
interface CurrentForker {
  readonly era: Era;
  readonly usable: Promise<ForkerInfo>;
}

/** The launcher that forks in another process, and in a new one when that dies. */
export class RemoteLauncher implements Launcher {
  readonly #startTicks = nowTicks();
  /** The era of now, and dead ones whose programs are not proven gone yet. */
  #eras: readonly Era[] = [];
  #forker: CurrentForker;
  #generation = 0;
  #failures = 0;
  /** Whether any program may have been started: without, there is nothing to be proven gone. */
  #hasLaunched = false;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: RemoteLauncherOptions,
    private readonly events: LauncherEvents,
  ) {
    this.#forker = this.#begin();
  }

  /** The forker of now, once it can be used. */
  get current(): Promise<ForkerInfo> {
    return this.#forker.usable;
  }

  async reserve(): Promise<Reservation> {
    if (this.#closed !== undefined) throw stopped();
    const { era, usable } = this.#renew();
    try {
      await usable;
      return await era.reserve();
    } catch (error) {
      throw era.ended ? new NotStarted(era.ended) : error;
    }
  }

  async launch(order: LaunchOrder, generation: number): Promise<Launched> {
    const { era } = this.#forker;
    if (generation !== era.generation || era.ended) {
      throw new NotStarted(era.ended ?? new EspalierError('ESP_SPAWN', 'the forker process died before the start'));
    }
    this.#hasLaunched = true;
    return era.launch(order);
  }

  signal(spawnId: string, signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void {
    this.#forker.era.signal(spawnId, signal);
  }

  async killGroup(spawnId: string, generation: number): Promise<GroupEnd | null> {
    const { era } = this.#forker;
    if (generation === era.generation && !era.ended && this.#closed === undefined) {
      try {
        return await era.killGroup(spawnId);
      } catch (error) {
        if (!era.ended) throw error;
      }
    }
    // With its forker the group lost its lifeline, and the next forker is usable once all of that is gone.
    await this.#successor();
    return null;
  }

  async sweep(target: SweepTarget): Promise<SweepReport> {
    for (;;) {
      const era = await this.#successor();
      if (era === null) return { killed: [], suspects: [], clean: true };
      try {
        return await era.sweep(target);
      } catch (error) {
        if (!era.ended) throw error;
      }
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      // A dead forker leaves the proof that all is gone to the next one, also when that has nothing else to do.
      if (this.#forker.era.ended) {
        if (!this.#hasLaunched) return this.#unguarded();
        this.#forker = this.#begin();
      }
      const { era, usable } = this.#forker;
      try {
        const [proven] = await Promise.allSettled([usable]);
        await this.#leave(era);
        if (proven.status === 'rejected') throw proven.reason;
        return;
      } catch (error) {
        if (!era.died || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  async #leave(era: Era): Promise<void> {
    try {
      await era.close(stopped());
    } finally {
      await this.#unguarded();
    }
  }

  /**
   * A usable forker: whatever the ones before it started has lost its lifeline and was swept. Null after `close`, which
   * proves as much. Rejects with `ESP_QUARANTINED` when forkers keep dying, so that nothing can be proven.
   */
  async #successor(): Promise<Era | null> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      if (this.#closed !== undefined) {
        await this.#closed;
        return null;
      }
      const { era, usable } = this.#renew();
      const failed = await usable.then(
        () => era.ended,
        (error: unknown) => error,
      );
      if (failed === undefined) return era;
    }
    throw new EspalierError('ESP_QUARANTINED', 'no forker process stays alive to prove what the last one left');
  }

  #begin(): CurrentForker {
    const { runId, directory, zygote, lock } = this.options;
    const generation = ++this.#generation;
    const era = new Era({ runId, directory, generation, events: this.events, zygote, lock });
    this.#eras = [...this.#eras, era];
    const usable = this.#prepare(era);
    // Who waits for it hears of its failure; nobody may.
    usable.catch(() => undefined);
    const began = performance.now();
    void era.gone.then(() => this.#succeed(era, performance.now() - began));
    return { era, usable };
  }

  async #prepare(era: Era): Promise<ForkerInfo> {
    const forker = await era.ready;
    await this.options.onForker(forker);
    void era.gone.then((exit) => this.options.onForkerExit(forker, exit));
    if (era.generation > 1) {
      // Its guardian ends what a dead forker left; this proves it, should the guardian have died too.
      const sessions = this.#eras.flatMap((one) => (one.ended ? one.sessions() : []));
      await this.#unguarded();
      await era.sweep({ cookies: [`${this.options.runId}.`], startTicks: this.#startTicks, sessions });
      this.#eras = this.#eras.filter((one) => !one.ended);
      await removeLeftovers(this.options.directory, era.generation);
    }
    return forker;
  }

  /** Waits until no guardian of a dead forker is at work; one that takes too long is ended. */
  async #unguarded(): Promise<void> {
    const deadline = performance.now() + GUARDIAN_MS;
    const guarded = () => this.#eras.filter((era) => era.ended && era.guarded);
    for (let at = guarded(); at.length > 0 && performance.now() < deadline; at = guarded()) {
      for (const era of at) era.wakeGuardian();
      await delay(LOOK_MS);
    }
    for (const era of guarded()) era.endGuardian();
  }

  /** A new forker is needed at once, if only to prove that the programs of the last one are gone. */
  #succeed(era: Era, lived: number): void {
    this.#failures = lived < SHORT_LIFE_MS || !era.wasReady ? this.#failures + 1 : 0;
    // One that could not even be loaded is tried again when somebody needs it.
    const isNeeded = this.#hasLaunched || era.wasReady;
    if (this.#forker.era === era && this.#failures < MOST_FAILURES && isNeeded) this.#renew();
  }

  /** The forker of now, or a new one if it is gone. */
  #renew(): CurrentForker {
    if (this.#forker.era.ended && this.#closed === undefined) this.#forker = this.#begin();
    return this.#forker;
  }
}

function stopped(): EspalierError {
  return new EspalierError('ESP_STOPPED', 'this host has stopped; it starts no more programs');
}
