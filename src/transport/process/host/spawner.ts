import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { appendCookie, COOKIE_VARIABLE, cookie, type ProcessExit } from '../../../machines/process/process.js';
import { TransientMap } from '../../../transient-map.js';
import { type Launcher, type LauncherEvents, type LaunchOrder, NotStarted } from '../contract/launcher.js';
import type { SpawnedProcess, Spawner, SpawnRequest } from '../contract/spawner.js';
import { removeHostDirectory, removeLeftovers } from '../host-files/directory.js';
import { thisMachine } from '../proc/identity.js';
import { notStarted } from '../program/not-started.js';
import { type ExpectedPort, Ports } from './ports.js';
import { Rationing, type ShortageNotice } from './rationing.js';
import { Spawned } from './spawned.js';
import { OutputPair, writeStdin } from './streams.js';

const SPAWN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
/** Launchers that may turn out to be gone before they are asked. */
const MOST_ATTEMPTS = 3;

/** What the host holds of a program that is being started. */
interface Draft {
  readonly request: SpawnRequest;
  readonly launcher: Launcher;
  readonly port: ExpectedPort | null;
  readonly stdin: string | null;
}

/**
 * The host's side of spawning: opens the near ends of streams and port, has the launcher start the program, and puts
 * both together. The same for every launcher.
 */
export class HostSpawner implements Spawner {
  readonly #ports: Ports;
  readonly #exits = new TransientMap<string, (exit: ProcessExit) => void>();
  readonly #inherited = process.env[COOKIE_VARIABLE];
  readonly #rationing: Rationing;
  #launcher: Launcher | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    readonly runId: RunId,
    readonly directory: string,
    onShortage: (notice: ShortageNotice) => void = () => undefined,
  ) {
    this.#rationing = new Rationing(onShortage);
    this.#ports = new Ports(directory);
  }

  /** What the launcher must call. */
  readonly events: LauncherEvents = {
    exited: (spawnId, exit) => this.#exits.take(spawnId)?.(exit),
  };

  use(launcher: Launcher): void {
    this.#launcher = launcher;
  }

  async spawn(request: SpawnRequest): Promise<SpawnedProcess> {
    const launcher = this.#launcher;
    if (this.#closed !== undefined || launcher === undefined) throw stopped();
    this.#check(request);
    const process = await this.#rationing.start(() => this.#spawn(request, launcher), request.signal);
    void process.exited.then(() => this.#rationing.ended());
    return process;
  }

  async #spawn(request: SpawnRequest, launcher: Launcher): Promise<SpawnedProcess> {
    if (this.#closed !== undefined) throw stopped();
    const { spawnId } = request;
    const exited = new Promise<ProcessExit>((resolve) => this.#exits.set(spawnId, resolve));
    let port: ExpectedPort | null = null;
    let stdin: string | null = null;
    try {
      if (request.port) port = await this.#ports.expect();
      if (request.stdin?.length) stdin = await writeStdin(this.directory, spawnId, request.stdin);
      return await this.#attempts({ request, launcher, port, stdin }, exited);
    } catch (error) {
      this.#exits.delete(spawnId);
      port?.cancel();
      if (stdin !== null) await rm(stdin, { force: true });
      throw this.#closed !== undefined ? stopped() : notStarted(request, error);
    }
  }

  /** Resolves when everything is gone, the folder too. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close(async () => void (await removeHostDirectory(this.directory)));
    return this.#closed;
  }

  /** The same, but others have use for the folder: nothing is left in it of what this one made there. */
  abandon(): Promise<void> {
    this.#closed ??= this.#close(() => removeLeftovers(this.directory, Number.POSITIVE_INFINITY));
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check({ spawnId }: SpawnRequest): void {
    if (!SPAWN_ID.test(spawnId)) {
      throw new EspalierError('ESP_INVALID', `spawn id ${JSON.stringify(spawnId)} must match ${SPAWN_ID.source}`);
    }
    if (this.#exits.has(spawnId)) {
      throw new EspalierError('ESP_CONFLICT', `spawn id ${spawnId} is in use; each spawn needs its own`);
    }
  }

  async #attempts(draft: Draft, exited: Promise<ProcessExit>): Promise<SpawnedProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(draft, exited);
      } catch (error) {
        if (!(error instanceof NotStarted)) throw error;
        if (attempt === MOST_ATTEMPTS) throw error.why;
      }
    }
  }

  async #attempt({ request, launcher, port, stdin }: Draft, exited: Promise<ProcessExit>): Promise<SpawnedProcess> {
    const { spawnId, label, command, argv0, cwd, env, own } = request;
    const { generation, pair } = await launcher.reserve();
    const entry = cookie(this.runId, generation, spawnId);
    const order: LaunchOrder = {
      spawnId,
      label,
      command,
      argv0,
      cwd,
      env,
      own,
      cookie: appendCookie(this.#inherited, entry),
      pair,
      stdin,
      port: port?.token ?? null,
    };
    const output = new OutputPair(this.directory, { generation, pair }, this.#rationing.running > 0);
    const { ended, ...started } = await launcher.launch(order, generation).catch((error: unknown) => {
      output.discard();
      throw error;
    });
    const [stdout, stderr] = output.start();
    tolerate(stdout, stderr);
    const socket = port === null ? null : await this.#arrival(port, launcher, spawnId, generation);
    tolerate(socket);
    const { pid, startTicks } = started;
    const identity = { pid, startTicks, ...thisMachine() };
    return new Spawned({ spawnId, identity, generation, stdout, stderr, port: socket, exited, ended, entry }, launcher);
  }

  /** A program whose port got lost is of no use. */
  async #arrival(port: ExpectedPort, launcher: Launcher, spawnId: string, generation: number): Promise<Socket> {
    try {
      return await port.arrived();
    } catch (error) {
      await launcher.killGroup(spawnId, generation);
      throw error;
    }
  }

  async #close(tidy: () => Promise<void>): Promise<void> {
    this.#rationing.close(stopped());
    try {
      await this.#launcher?.close();
    } finally {
      await this.#ports.close();
      await tidy();
    }
  }
}

/** A broken stream also closes, and that is how its owner learns of it; until he listens it must not end the host. */
function tolerate(...streams: readonly (Socket | null)[]): void {
  for (const stream of streams) stream?.on('error', () => stream.destroy());
}

function stopped(): EspalierError {
  return new EspalierError('ESP_STOPPED', 'this host has stopped; it starts no more programs');
}
