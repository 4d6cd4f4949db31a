import { EspalierError } from '../../../errors.js';
import { appendCookie, COOKIE_VARIABLE, cookie, type ProcessExit } from '../../../machines/process.js';
import { removeHostDirectory } from '../directory.js';
import { thisMachine } from '../identity.js';
import type { Launched, Launcher, LauncherEvents, LaunchOrder, Reservation } from '../launcher/launcher.js';
import { notStarted } from '../launcher/start.js';
import type { SpawnedProcess, Spawner, SpawnRequest } from '../spawner.js';
import { type ExpectedPort, Ports } from './ports.js';
import { Spawned } from './spawned.js';
import { OutputPair, writeStdin } from './streams.js';

const SPAWN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** What a program needs before it can be started. */
interface Preparation {
  readonly order: LaunchOrder;
  readonly reservation: Reservation;
  readonly output: OutputPair;
  readonly port: ExpectedPort | null;
  readonly exited: Promise<ProcessExit>;
}

/**
 * The host's side of spawning: opens the near ends of streams and port, has the launcher start the program, and puts
 * both together. The same for every launcher.
 */
export class HostSpawner implements Spawner {
  readonly #ports: Ports;
  readonly #exits = new Map<string, (exit: ProcessExit) => void>();
  readonly #inherited = process.env[COOKIE_VARIABLE];
  #launcher: Launcher | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    readonly runId: string,
    readonly directory: string,
  ) {
    this.#ports = new Ports(directory);
  }

  /** What the launcher must call. */
  readonly events: LauncherEvents = {
    exited: (spawnId, exit) => {
      this.#exits.get(spawnId)?.(exit);
      this.#exits.delete(spawnId);
    },
  };

  use(launcher: Launcher): void {
    this.#launcher = launcher;
  }

  async spawn(request: SpawnRequest): Promise<SpawnedProcess> {
    const launcher = this.#launcher;
    if (this.#closed !== undefined || launcher === undefined) throw stopped();
    this.#check(request);
    const port = request.port ? await this.#ports.expect() : null;
    try {
      const prepared = await this.#prepare(launcher, request, port);
      return await this.#launch(launcher, prepared);
    } catch (error) {
      port?.cancel();
      throw this.#closed !== undefined ? stopped() : notStarted(request, error);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(request: SpawnRequest): void {
    if (!SPAWN_ID.test(request.spawnId)) {
      throw new EspalierError(
        'ESP_INVALID',
        `spawn id ${JSON.stringify(request.spawnId)} must match ${SPAWN_ID.source}`,
      );
    }
    if (this.#exits.has(request.spawnId)) {
      throw new EspalierError('ESP_CONFLICT', `spawn id ${request.spawnId} is in use; each spawn needs its own`);
    }
  }

  async #prepare(launcher: Launcher, request: SpawnRequest, port: ExpectedPort | null): Promise<Preparation> {
    const { spawnId, label, command, cwd, env } = request;
    const exited = new Promise<ProcessExit>((resolve) => this.#exits.set(spawnId, resolve));
    try {
      const stdin = request.stdin?.length ? await writeStdin(this.directory, spawnId, request.stdin) : null;
      const reservation = await launcher.reserve();
      const entry = appendCookie(this.#inherited, cookie(this.runId, reservation.generation, spawnId));
      const order = { spawnId, label, command, cwd, env, cookie: entry, stdin, port: port?.token ?? null };
      const output = new OutputPair(this.directory, reservation);
      return { order: { ...order, pair: reservation.pair }, reservation, output, port, exited };
    } catch (error) {
      this.#exits.delete(spawnId);
      throw error;
    }
  }

  async #launch(launcher: Launcher, prepared: Preparation): Promise<SpawnedProcess> {
    const { order, reservation, output, port, exited } = prepared;
    const { spawnId } = order;
    let launched: Launched;
    try {
      launched = await launcher.launch(order, reservation.generation);
    } catch (error) {
      output.discard();
      this.#exits.delete(spawnId);
      throw error;
    }
    const [stdout, stderr] = output.start();
    const socket = port === null ? null : await port.socket;
    // A broken stream also closes, and that is how its owner learns of it; until he listens it must not end the host.
    for (const stream of [stdout, stderr, socket]) stream?.on('error', () => stream.destroy());
    const parts = {
      spawnId,
      identity: { ...thisMachine(), ...launched },
      generation: reservation.generation,
      stdout,
      stderr,
      port: socket,
      exited,
      entry: cookie(this.runId, reservation.generation, spawnId),
    };
    return new Spawned(parts, launcher);
  }

  async #close(): Promise<void> {
    try {
      await this.#launcher?.close();
    } finally {
      await this.#ports.close();
      await removeHostDirectory(this.directory);
    }
  }
}

function stopped(): EspalierError {
  return new EspalierError('ESP_STOPPED', 'this host has stopped; it starts no more programs');
}
