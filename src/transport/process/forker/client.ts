import type { RunId } from '../../../ids.js';
import type { ProcessExit, ProcessIdentity } from '../../../machines/process/process.js';
import type { Spawner } from '../contract/spawner.js';
import type { ShortageNotice } from '../host/rationing.js';
import { HostSpawner } from '../host/spawner.js';
import { createHostDirectory } from '../host-files/directory.js';
import { requireMkfifo } from '../host-files/fifos.js';
import { thisMachine } from '../proc/identity.js';
import { zygotePath } from '../zygote/zygote.js';
import type { ForkerInfo } from './era.js';
import { RemoteLauncher } from './remote.js';

/** Options of `createForkerSpawner`. */
export interface ForkerSpawnerOptions {
  readonly runId: RunId;
  /** The host's private folder, from `createHostDirectory`; one is made without it. `close` removes it; a failed start does not. */
  readonly directory?: string;
  /** The file of the host's lock, which the zygote holds too. */
  readonly lock?: string | null;
  /** False: programs are started by `sh`, as they are where the zygote could not be compiled. */
  readonly zygote?: boolean;
  /** Hears when programs must wait because the machine is short of something, and when that is over. */
  readonly onShortage?: (notice: ShortageNotice) => void;
  /** A forker is about to be used: the first one, and each one after a crash. Awaited before its first spawn. */
  readonly onForker?: (forker: ForkerInfo) => void | Promise<void>;
  /** A forker that was in use is gone, after `close` or before; its programs answer both null. */
  readonly onForkerExit?: (forker: ForkerInfo, exit: ProcessExit) => void;
}

/** A spawner with the process that forks for it. */
export interface ForkerSpawner extends Spawner {
  /** The forker of now. */
  readonly identity: ProcessIdentity;
  readonly generation: number;
  readonly directory: string;
}

/**
 * Starts a forker process and resolves when it can start programs. It costs one fork of this process, and one more after
 * each crash of the forker. Rejects with `ESP_SPAWN` when the forker does not start, `ESP_PLATFORM` off Linux.
 */
export async function createForkerSpawner(options: ForkerSpawnerOptions): Promise<ForkerSpawner> {
  thisMachine();
  requireMkfifo();
  const directory = options.directory ?? (await createHostDirectory());
  const host = new HostSpawner(options.runId, directory, options.onShortage);
  let now: ForkerInfo | undefined;
  const launcher = new RemoteLauncher(
    {
      runId: options.runId,
      directory,
      zygote: options.zygote === false ? null : zygotePath(),
      lock: options.lock ?? null,
      onForker: async (forker) => {
        now = forker;
        await options.onForker?.(forker);
      },
      onForkerExit: (forker, exit) => options.onForkerExit?.(forker, exit),
    },
    host.events,
  );
  host.use(launcher);
  let first: ForkerInfo;
  try {
    first = await launcher.current;
  } catch (error) {
    await (options.directory === undefined ? host.close() : host.abandon());
    throw error;
  }
  return {
    directory,
    get identity() {
      return (now ?? first).identity;
    },
    get generation() {
      return (now ?? first).generation;
    },
    spawn: (request) => host.spawn(request),
    close: () => host.close(),
    [Symbol.asyncDispose]: () => host.close(),
  };
}
