import type { Registry } from '../actors/worker/process-services.js';
import type { ErrorRecord } from '../errors.js';
import type { LiveProcess, ProcessExit, SpawnIntent } from '../machines/process/process.js';
import type { OwedWrites } from './owed-writes.js';

/**
 * The registrations of a host that outlives a full disk. What has become of a process is owed to the store until it is
 * written; otherwise its path would be taken for ever by a process that is gone. An intent is never owed: what cannot be
 * registered is not started.
 */
export class PatientRegistry implements Registry {
  constructor(
    readonly store: Registry,
    readonly owed: OwedWrites,
  ) {}

  async intend(intent: SpawnIntent): Promise<void> {
    if (!this.owed.isEmpty) await this.owed.settled();
    return this.store.intend(intent);
  }

  live(spawnId: string, process: LiveProcess): Promise<void> {
    return this.owed.tell(() => this.store.live(spawnId, process));
  }

  failed(spawnId: string, error: ErrorRecord): Promise<void> {
    return this.owed.tell(() => this.store.failed(spawnId, error));
  }

  gone(spawnId: string, exit: ProcessExit | null): Promise<void> {
    return this.owed.tell(() => this.store.gone(spawnId, exit));
  }

  suspect(spawnId: string, reason: string): Promise<void> {
    return this.owed.tell(() => this.store.suspect(spawnId, reason));
  }
}
