import type { RunId } from '../../ids.js';
import type { Spawner } from './contract/spawner.js';
import { HostSpawner } from './host/spawner.js';
import { createHostDirectory } from './host-files/directory.js';
import { requireMkfifo } from './host-files/fifos.js';
import { LocalLauncher } from './launcher/local.js';
import { ShellStarter } from './launcher/shell-starter.js';
import { thisMachine } from './proc/identity.js';

/** Options of `createDirectSpawner`. */
export interface DirectSpawnerOptions {
  readonly runId: RunId;
  /** The host's private folder; one is made without it. It is removed by `close`. */
  readonly directory?: string;
}

/**
 * A spawner without a forker: every spawn forks the host itself, which blocks its event loop the longer the larger the
 * host is (43 ms at 1 GB). For tests and small hosts. The guarantees are the same; nothing but the guardian is left to
 * enforce them when the host is killed.
 */
export async function createDirectSpawner(options: DirectSpawnerOptions): Promise<Spawner & { directory: string }> {
  thisMachine();
  requireMkfifo();
  const directory = options.directory ?? (await createHostDirectory());
  const spawner = new HostSpawner(options.runId, directory);
  const launcher = new LocalLauncher(
    {
      runId: options.runId,
      generation: 1,
      directory,
      hostPid: process.pid,
      starter: new ShellStarter({ directory, generation: 1 }),
    },
    spawner.events,
  );
  launcher.start();
  spawner.use(launcher);
  return spawner;
}
