import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { cookieEntries } from '../proc/cookies.js';
import { look, UNSEEN } from '../proc/look.js';
import {
  listPids,
  newestPid,
  pidsBetween,
  probeStat,
  readEnvironment,
  readVisibleStat,
  UNREADABLE,
  UNSETTLED,
} from '../proc/proc.js';
import { isAlive, type ProcessStat } from '../proc/stat.js';
import type { Dismissed } from './dismissed.js';
import { match } from './match.js';
import { isWatcher, killGroupOf, signal } from './strike.js';
import type { Sweep } from './sweep.js';

/** Processes looked at before others get the event loop. */
const CHUNK = 128;
/** No pid is as large (`PID_MAX_LIMIT` of the kernel). */
const PID_LIMIT = 2 ** 22 + 1;
/** How long those that were killed get the processor to themselves before the pass goes on, in milliseconds. */
const YIELD_MS = 3;
/** How often a pass goes after processes that began during it. */
const MOST_CHASES = 50;
/** How often, a millisecond apart, a pass looks again at what showed no environment for being in the midst of an exec. */
const MOST_WAITS = 1_000;

export interface PassOptions {
  /** Only looks: what would be killed is reported as killed. */
  readonly dryRun?: boolean;
  /** Whether a process group belongs to a living spawn: what is in it is its own business, its watcher above all. */
  readonly isLivingGroup: (group: number) => boolean;
}

/** A process that sweeps mean, proven and stopped. Stopped it cannot end by itself, so its numbers stay its own. */
interface Held {
  readonly stat: ProcessStat;
  readonly sweeps: readonly Sweep[];
}

/**
 * One look at every process there is. What is meant is stopped first, so that none reacts to the end of another, then
 * proven once more and killed.
 */
export class Pass {
  readonly #held = new Map<number, Held>();
  /** What is becoming another program, or ending. */
  readonly #unsettled = new Set<number>();
  readonly #doubtful = new Map<number, { readonly sweeps: Sweep[]; readonly reason: string }>();
  readonly #floor: number;

  constructor(
    private readonly sweeps: readonly Sweep[],
    private readonly options: PassOptions,
    private readonly dismissed: Dismissed,
  ) {
    this.#floor = Math.min(...sweeps.map((sweep) => sweep.target.startTicks));
  }

  async run(): Promise<void> {
    for (const sweep of this.sweeps) sweep.begin();
    try {
      await this.#lookAtAll();
    } finally {
      // Whatever went wrong, nothing stays stopped.
      this.#killHeld();
    }
    for (const [pid, { sweeps, reason }] of this.#doubtful) for (const sweep of sweeps) sweep.suspect(pid, reason);
  }

  async #lookAtAll(): Promise<void> {
    let newest = newestPid();
    let looked = 0;
    let isYoung = true;
    for (const pid of newestFirst(listPids(), newest)) {
      const isOlder = this.#look(pid) === 'older';
      // What is meant was met by now, and need not wait for a look at all the rest of the machine.
      if (isOlder && isYoung) {
        isYoung = false;
        const held = this.#held.size;
        newest = this.#strike(newest);
        if (held > 0) await delay(YIELD_MS);
      }
      if (++looked % CHUNK === 0) await immediate();
    }
    await this.#settle(this.#strike(newest));
  }

  /**
   * An exec takes long on a busy machine, longer than a pass. What was in the midst of one all the time could be anybody's;
   * who merely is in one at the end, and there always is somebody where much is started, is for the next pass.
   */
  async #settle(since: number): Promise<void> {
    let newest = since;
    let always: readonly number[] = [...this.#unsettled];
    for (let waits = 0; this.#unsettled.size > 0 && waits < MOST_WAITS; waits++) {
      const pids = [...this.#unsettled];
      await delay(1);
      this.#unsettled.clear();
      for (const pid of pids) this.#look(pid);
      newest = this.#strike(newest);
      always = always.filter((pid) => this.#unsettled.has(pid));
    }
    if (this.#unsettled.size === 0) return;
    for (const sweep of this.sweeps) {
      for (const pid of always) this.#doubt(pid, sweep, 'it shows no environment');
      if (always.length < this.#unsettled.size) sweep.unsure();
    }
  }

  /** Kills what is held, once nothing more begins. The answer is the newest pid that was looked at. */
  #strike(since: number): number {
    const newest = this.#chase(since);
    while (this.#resolveDoubts()) {
      // Each process that was proven by another's session may prove more.
    }
    this.#killHeld();
    return newest;
  }

  /** Looks at what began meanwhile; a process that goes on as its own child shows for as long as it keeps doing so. */
  #chase(since: number): number {
    let newest = since;
    for (let chase = 0; chase < MOST_CHASES && newest !== newestPid(); chase++) {
      const last = newest;
      newest = newestPid();
      for (const pid of pidsBetween(last, newest) ?? listPids()) this.#look(pid);
    }
    return newest;
  }

  /**
   * Looks at one process and acts at once, so that nothing comes between the proof and the signal. `older`: it began
   * before anything that is meant.
   */
  #look(pid: number): 'older' | undefined {
    if (pid === process.pid || this.#held.has(pid) || this.dismissed.has(pid, this.#floor)) return;
    const stat = readVisibleStat(pid);
    if (stat === null) return;
    if (stat.kernel || stat.startTicks < this.#floor || !isAlive(stat)) {
      const isOlder = !stat.kernel && isAlive(stat);
      this.dismissed.add(pid, isOlder ? stat.startTicks : -1);
      return isOlder ? 'older' : undefined;
    }
    if (this.options.isLivingGroup(stat.group)) return;
    const environment = readEnvironment(pid);
    if (environment === null) return;
    if (environment === UNSETTLED) return void this.#unsettled.add(pid);
    const entries = environment === UNREADABLE ? null : cookieEntries(environment);
    const meaning = this.sweeps.filter((sweep) => this.#means(sweep, stat, entries));
    if (meaning.length > 0) this.#hold({ stat, sweeps: meaning });
    return;
  }

  #means(sweep: Sweep, stat: ProcessStat, entries: readonly string[] | null): boolean {
    const found = match(sweep.target, stat, entries, readVisibleStat);
    switch (found.kind) {
      case 'ours':
        return true;
      case 'suspect':
        // The session of a living spawn is its own business too.
        if (!this.options.isLivingGroup(stat.session)) this.#doubt(stat.pid, sweep, found.reason);
        return false;
      case 'none':
        return false;
      default:
        return found satisfies never;
    }
  }

  #doubt(pid: number, sweep: Sweep, reason: string): void {
    const doubt = this.#doubtful.get(pid) ?? { sweeps: [], reason };
    doubt.sweeps.push(sweep);
    this.#doubtful.set(pid, doubt);
  }

  #hold(held: Held): void {
    const { stat, sweeps } = held;
    if (this.options.dryRun) {
      for (const sweep of sweeps) sweep.found(stat);
      return;
    }
    // A watcher of a group we do not hold: alone it would leave its group behind, alive it proves whose the group is.
    const watches = isWatcher(stat);
    const failure = watches ? killGroupOf(stat) : signal(stat.pid, 'SIGSTOP');
    for (const sweep of sweeps) {
      if (failure === null) sweep.found(stat);
      else sweep.stuck(stat.pid, failure);
    }
    if (failure === null && !watches) this.#held.set(stat.pid, held);
  }

  /** While a proven member of a session is held, the session's number is ours, and so is everything in it. */
  #resolveDoubts(): boolean {
    let resolved = false;
    for (const [pid, { sweeps }] of this.#doubtful) {
      const stat = probeStat(pid);
      if (stat !== null && isAlive(stat) && !this.#holdsSession(stat.session)) continue;
      this.#doubtful.delete(pid);
      if (stat === null || !isAlive(stat)) continue;
      this.#hold({ stat, sweeps });
      resolved = true;
    }
    return resolved;
  }

  #holdsSession(session: number): boolean {
    for (const { stat } of this.#held.values()) if (stat.session === session && isStillThere(stat)) return true;
    return false;
  }

  #killHeld(): void {
    for (const { stat, sweeps } of this.#held.values()) {
      const isThere = look(() => isStillThere(stat));
      // Its cookie is met again by the next pass.
      if (isThere === UNSEEN) for (const sweep of sweeps) sweep.unsure();
      if (isThere !== true) continue;
      const failure = signal(stat.pid, 'SIGKILL');
      if (failure !== null) for (const sweep of sweeps) sweep.stuck(stat.pid, failure);
    }
    // Killed, it holds no number any more.
    this.#held.clear();
  }
}

/**
 * In the order in which they were given out, last one first: pids ascend and then begin anew. What lives for milliseconds
 * only must be looked at while it is there.
 */
export function newestFirst(pids: readonly number[], newest: number): number[] {
  const age = (pid: number) => (pid <= newest ? newest - pid : newest - pid + PID_LIMIT);
  return [...pids].sort((a, b) => age(a) - age(b));
}

function isStillThere(stat: ProcessStat): boolean {
  const now = readVisibleStat(stat.pid);
  return now !== null && now.startTicks === stat.startTicks && now.session === stat.session && isAlive(now);
}
