import type { Clock } from '../clock.js';
import type { RunId } from '../ids.js';
import type { HostStore } from '../persistence/store.js';

/** How often a host renews its lease, in milliseconds: three times within the 15 s after which others may doubt it. */
const HEARTBEAT_MS = 5000;

/** Renews the host's lease until it is stopped; `onFenced` is called once if another host has declared this one dead. */
export class Heartbeat {
  #timer: unknown = null;
  #stopped = false;

  constructor(
    readonly runId: RunId,
    readonly hosts: Pick<HostStore, 'heartbeat'>,
    readonly clock: Clock,
    readonly onFenced: () => void,
    readonly onError: (error: unknown) => void,
  ) {
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#timer = this.clock.setTimeout(() => void this.#beat(), HEARTBEAT_MS);
  }

  async #beat(): Promise<void> {
    try {
      const ours = await this.hosts.heartbeat(this.runId);
      if (!ours && !this.#stopped) return this.onFenced();
    } catch (error) {
      // A store that is locked for a moment is no reason to give up; the next beat tries again.
      if (!this.#stopped) this.onError(error);
    }
    this.#arm();
  }
}
