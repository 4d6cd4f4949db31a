import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { codeOf, EspalierError } from '../../../errors.js';
import { nowTicks } from '../proc.js';
import type { GroupEnd, HeldSession } from './launcher.js';
import { groupLives } from './members.js';

/** How long the watcher gets to kill its own group before it must be stopped itself. */
const WATCHER_MS = 20;
/** How long a killed group may take to leave before it counts as unprovable. */
const LEAVE_MS = 5_000;

/** The guarded program and what belongs to its process group. */
export class Group {
  readonly #lifeline: Socket;
  #end: Promise<GroupEnd> | undefined;
  #reaped = false;
  #session: HeldSession | undefined;
  readonly #born = performance.now();

  constructor(
    readonly pid: number,
    readonly startTicks: number,
    readonly child: ChildProcess,
  ) {
    const lifeline = child.stdio[4];
    if (!(lifeline instanceof Socket)) throw new EspalierError('ESP_SPAWN', 'a program was spawned without a lifeline');
    this.#lifeline = lifeline;
    // Reading shows when the watcher's end closes. Nobody writes; a reset is a close like any other.
    lifeline.on('error', () => lifeline.destroy()).resume();
    child.once('exit', () => {
      this.#reaped = true;
    });
  }

  /** Whether the watcher still holds its end: while it does, the group's number belongs to this group. */
  get living(): boolean {
    return !this.#lifeline.closed;
  }

  /** Whether the number is held, by the watcher or by a program whose end was not collected yet. */
  get pinned(): boolean {
    return this.living || !this.#reaped;
  }

  /** Its session as far as it was certainly its own; known once the group was killed. */
  get session(): HeldSession | undefined {
    return this.#session;
  }

  /** Signals the program alone. Never call it inside an exit callback: a sibling may be reaped and unreported there. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#reaped) this.child.kill(signal);
  }

  /** Kills the whole group and resolves when nothing of it lives. Rejects with `ESP_QUARANTINED` if it will not leave. */
  kill(): Promise<GroupEnd> {
    this.#end ??= this.#kill();
    return this.#end;
  }

  async #kill(): Promise<GroupEnd> {
    await immediate();
    const pinnedUntil = this.pinned ? nowTicks() : 0;
    this.#session = { pid: this.pid, startTicks: this.startTicks, pinnedUntil };
    this.#lifeline.end();
    // An uncollected child keeps its number, so its group can be named from here without waiting for the watcher.
    if (!this.#reaped) this.#signalGroup();
    if (this.living) {
      await Promise.race([once(this.#lifeline, 'close'), delay(WATCHER_MS)]);
      // A stopped watcher still pins the group.
      if (this.living) this.#signalGroup();
    }
    if (this.living) await once(this.#lifeline, 'close');
    if (!this.#reaped) await once(this.child, 'exit');
    await this.#left();
    return { pinnedUntil };
  }

  #signalGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }

  /** Every member has its SIGKILL by now; waits until none lives. */
  async #left(): Promise<void> {
    const deadline = performance.now() + LEAVE_MS;
    for (let look = 0; groupLives(this.pid, performance.now() - this.#born); look++) {
      if (performance.now() > deadline) {
        throw new EspalierError(
          'ESP_QUARANTINED',
          `process group ${this.pid} still lives ${LEAVE_MS} ms after SIGKILL`,
        );
      }
      await (look < 2 ? immediate() : delay(Math.min(look, 20)));
    }
  }
}
