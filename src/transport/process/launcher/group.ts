import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { EspalierError } from '../../../errors.js';
import type { GroupEnd, HeldSession } from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import type { SessionFile } from '../host-files/sessions.js';
import type { Members } from './members.js';
import type { Program } from './program.js';

/** How long a killed group may take to be gone before its watcher is taken to have died without killing it. */
const GROUP_DEATH_SOON_MS = 100;
/** How long it may take before it counts as unprovable: a machine that is merely busy must not make it so. */
const GROUP_DEATH_MS = 15_000;

/** The guarded program and what belongs to its process group. */
export class Group {
  readonly #line: number;
  readonly #born = performance.now();
  readonly #over: Promise<void>;
  #end: Promise<GroupEnd> | undefined;
  /** By when the first who asked gave up; who asks later finds it gone, or not. */
  #deadline: number | undefined;

  constructor(
    readonly program: Program,
    private readonly options: {
      readonly sessions: SessionFile;
      readonly members: Members;
      /** Kills by cookie and session. */
      readonly sweep: (session: HeldSession) => Promise<SweepReport>;
    },
  ) {
    const { pid, startTicks, over } = program;
    this.#line = options.sessions.begin(pid, startTicks);
    this.#over = over.then(() => options.sessions.end(this.#line, pid, startTicks, program.heldUntil));
  }

  get pid(): number {
    return this.program.pid;
  }

  /** Its session, up to the moment at which it was let go. */
  get session(): HeldSession {
    const { pid, startTicks, heldUntil } = this.program;
    return { pid, startTicks, pinnedUntil: heldUntil };
  }

  /** A session as far as it is certainly its own, if that is this one's: until now, as long as its leader is not collected. */
  extend(session: HeldSession): HeldSession {
    const isThis = session.startTicks === this.program.startTicks && !this.program.isReaped;
    return isThis ? this.session : session;
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
    await this.#strike();
    const { session } = this;
    // Without its watcher a group has no number by which it could be killed; only the cookie is left.
    if (!(await this.#left(session, GROUP_DEATH_SOON_MS))) await this.#sweep(session);
    return { pinnedUntil: session.pinnedUntil };
  }

  async #strike(): Promise<void> {
    this.program.kill();
    this.#deadline ??= performance.now() + GROUP_DEATH_MS;
    const leaveMs = Math.max(GROUP_DEATH_SOON_MS, this.#deadline - performance.now());
    const patience = new AbortController();
    await Promise.race([this.#over, delay(leaveMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    if (this.program.isWatched || !this.program.isReaped) throw this.#stays([]);
  }

  async #sweep(session: HeldSession): Promise<void> {
    const { clean, suspects } = await this.options.sweep(session);
    if (clean && suspects.length === 0 && (await this.#left(session, GROUP_DEATH_MS))) return;
    throw this.#stays(suspects);
  }

  #stays(suspects: SweepReport['suspects']): EspalierError {
    const text = `process ${this.pid}, or what is in its group, does not end within ${GROUP_DEATH_MS} ms of SIGKILL`;
    return new EspalierError('ESP_QUARANTINED', text, { context: { pid: this.pid, suspects } });
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
