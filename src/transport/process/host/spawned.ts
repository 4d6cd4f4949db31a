import type { Duplex, Readable } from 'node:stream';
import type { ProcessExit, ProcessIdentity } from '../../../machines/process/process.js';
import type { GroupEnd, HeldSession, Launcher, SweepTarget } from '../contract/launcher.js';
import type { SpawnedProcess, SweepReport } from '../contract/spawner.js';

/** What a started process is made of. */
export interface SpawnedParts {
  readonly spawnId: string;
  readonly identity: ProcessIdentity;
  readonly generation: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly port: Duplex | null;
  readonly exited: Promise<ProcessExit>;
  /** The end of its group, which follows its own. */
  readonly ended: Promise<GroupEnd | null>;
  /** Its cookie entry. */
  readonly entry: string;
}

/** A started process as its owner sees it: every act goes to the launcher that holds it. */
export class Spawned implements SpawnedProcess {
  readonly spawnId: string;
  readonly identity: ProcessIdentity;
  readonly generation: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly port: Duplex | null;
  readonly exited: Promise<ProcessExit>;
  readonly #entry: string;
  readonly #ended: Promise<GroupEnd | null>;
  readonly #launcher: Launcher;
  #session: HeldSession;
  #killed: Promise<void> | undefined;
  #over = false;

  constructor(parts: SpawnedParts, launcher: Launcher) {
    this.spawnId = parts.spawnId;
    this.identity = parts.identity;
    this.generation = parts.generation;
    this.stdout = parts.stdout;
    this.stderr = parts.stderr;
    this.port = parts.port;
    this.exited = parts.exited;
    this.#entry = parts.entry;
    this.#launcher = launcher;
    this.#ended = parts.ended;
    void parts.exited.then(() => {
      this.#over = true;
    });
    const { pid, startTicks } = parts.identity;
    this.#session = { pid, startTicks, pinnedUntil: startTicks };
  }

  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void {
    this.#launcher.signal(this.spawnId, signal);
  }

  killGroup(): Promise<void> {
    this.#killed ??= this.#killGroup().catch((error: unknown) => {
      // Who asks next looks again: what did not end in time may have ended since.
      this.#killed = undefined;
      throw error;
    });
    return this.#killed;
  }

  async #killGroup(): Promise<void> {
    const known = this.#over ? await this.#ended.catch(() => null) : null;
    const end = known ?? (await this.#launcher.killGroup(this.spawnId, this.generation));
    if (end !== null) this.#session = { ...this.#session, pinnedUntil: end.pinnedUntil };
  }

  sweep(): Promise<SweepReport> {
    const target: SweepTarget = {
      cookies: [this.#entry],
      startTicks: this.identity.startTicks,
      sessions: [this.#session],
    };
    return this.#launcher.sweep(target, this.generation);
  }
}
