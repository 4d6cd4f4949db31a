import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { codeOf, EspalierError } from '../../../errors.js';
import { nowTicks } from '../proc.js';
import type { SweepReport } from '../spawner.js';
import type { GroupEnd, HeldSession } from './launcher.js';
import type { Members } from './members.js';
import type { SessionFile } from './sessions.js';

/** How long the watcher gets to kill its own group before the group is named from here. */
const WATCHER_MS = 20;
/** How long a killed group may take to leave before its watcher is taken to have died without killing it. */
const LEAVE_SOON_MS = 100;
/** How long it may take before it counts as unprovable. */
const LEAVE_MS = 5_000;

/** The guarded program and what belongs to its process group. */
export class Group {
  readonly #lifeline: Socket;
  readonly #line: number;
  readonly #born = performance.now();
  readonly #over: Promise<void>;
  #reaped = false;
  #session: HeldSession | undefined;
  #end: Promise<GroupEnd> | undefined;

  constructor(
    readonly pid: number,
    readonly startTicks: number,
    readonly child: ChildProcess,
    private readonly options: {
      readonly sessions: SessionFile;
      readonly members: Members;
      /** Kills by cookie and session. */
      readonly sweep: (session: HeldSession) => Promise<SweepReport>;
    },
  ) {
    const lifeline = child.stdio[4];
    if (!(lifeline instanceof Socket)) throw new EspalierError('ESP_SPAWN', 'a program was spawned without a lifeline');
    this.#lifeline = lifeline;
    this.#line = options.sessions.begin(pid, startTicks);
    const reaped = new Promise<void>((resolve) => {
      child.once('exit', () => {
        this.#reaped = true;
        resolve();
      });
    });
    // An error of a child that has started is a signal that was refused; its end shows that.
    child.on('error', () => undefined);
    // Reading shows when the watcher's end closes. Nobody writes; a reset is a close like any other.
    const closed = new Promise<void>((resolve) => lifeline.once('close', () => resolve()));
    lifeline.on('error', () => lifeline.destroy()).resume();
    this.#over = Promise.all([reaped, closed]).then(() => this.#letGo());
  }

  /** Whether the watcher still holds its end: while it does, the group's number belongs to this group. */
  get living(): boolean {
    return !this.#lifeline.closed;
  }

  /** Its session, up to the moment at which it was let go. */
  get session(): HeldSession | undefined {
    return this.#session;
  }

  /** A session as far as it is certainly its own, if that is this one's: until now, as long as its leader is not collected. */
  extend(session: HeldSession): HeldSession {
    const isThis = session.startTicks === this.startTicks && !this.#reaped;
    return isThis ? { ...session, pinnedUntil: nowTicks() } : session;
  }

  /** Signals the program alone. Never call it inside an exit callback: a sibling may be reaped and unreported there. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#reaped) this.child.kill(signal);
  }

  /** Kills the whole group and resolves when nothing of it lives. Rejects with `ESP_QUARANTINED` if that cannot be proven. */
  kill(): Promise<GroupEnd> {
    this.#end ??= this.#kill().catch((error: unknown) => {
      // The next one to ask tries again.
      this.#end = undefined;
      throw error;
    });
    return this.#end;
  }

  async #kill(): Promise<GroupEnd> {
    await immediate();
    // Held now, by the watcher or by a program whose end was not collected yet; or let go before.
    this.#session ??= this.#note(nowTicks());
    const session = this.#session;
    if (this.living || !this.#reaped) await this.#strike();
    // Without its watcher a group has no number by which it could be killed; only the cookie is left.
    if (!(await this.#left(session, LEAVE_SOON_MS))) await this.#sweep(session);
    return { pinnedUntil: session.pinnedUntil };
  }

  async #strike(): Promise<void> {
    this.#lifeline.end();
    // An uncollected child keeps its number, so its group can be named from here without waiting for the watcher.
    if (!this.#reaped) this.#signalGroup();
    const late = setTimeout(() => {
      // A stopped watcher still pins the group.
      if (this.living) this.#signalGroup();
    }, WATCHER_MS);
    const patience = new AbortController();
    await Promise.race([this.#over, delay(LEAVE_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    clearTimeout(late);
    if (this.living || !this.#reaped) throw this.#stays([]);
  }

  async #sweep(session: HeldSession): Promise<void> {
    const { clean, suspects } = await this.options.sweep(session);
    if (clean && suspects.length === 0 && (await this.#left(session, LEAVE_MS))) return;
    throw this.#stays(suspects);
  }

  #stays(suspects: SweepReport['suspects']): EspalierError {
    const text = `process ${this.pid}, or what is in its group, does not end within ${LEAVE_MS} ms of SIGKILL`;
    return new EspalierError('ESP_QUARANTINED', text, { context: { pid: this.pid, suspects } });
  }

  /** Nobody holds the number any more. If that was no kill of ours, it has been so for an instant already. */
  #letGo(): void {
    this.#session ??= this.#note(nowTicks() - 1);
  }

  #note(pinnedUntil: number): HeldSession {
    this.options.sessions.end(this.#line, this.pid, this.startTicks, pinnedUntil);
    return { pid: this.pid, startTicks: this.startTicks, pinnedUntil };
  }

  #signalGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      // Where all members belong to another user it is refused; then they stay, and that shows.
      if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
    }
  }

  /** Whether no member lives any more, within a time. */
  async #left(session: HeldSession, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    for (let look = 0; await this.options.members.live(session, performance.now() - this.#born); look++) {
      if (performance.now() > deadline) return false;
      await (look < 2 ? immediate() : delay(Math.min(look, 20)));
    }
    return true;
  }
}
