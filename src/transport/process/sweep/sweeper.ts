import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { codeOf } from '../../../errors.js';
import { cookieEntries } from '../cookies.js';
import { isGuardLine } from '../guard.js';
import type { SweepTarget } from '../launcher/launcher.js';
import {
  listPids,
  newestPid,
  pidsBetween,
  probeStat,
  readCommandLine,
  readEnvironment,
  readStat,
  UNREADABLE,
} from '../proc.js';
import type { SweepReport } from '../spawner.js';
import { isAlive, type ProcessStat } from '../stat.js';
import { Hunt } from './hunt.js';
import { match } from './match.js';

/** Processes looked at before others get the event loop. */
const CHUNK = 128;
/** How often a pass goes after processes that began during it. */
const MOST_CHASES = 50;

export interface SweeperOptions {
  /** Whether a process group belongs to a living spawn: what is in it is its own business, its watcher above all. */
  readonly isLivingGroup: (group: number) => boolean;
}

/**
 * Kills by cookie. All sweeps that are wanted at one time share the passes over `/proc`; each is over after two passes
 * that began after it was asked for and found nothing of it.
 */
export class Sweeper {
  readonly #hunts = new Set<Hunt>();
  #running = false;

  constructor(private readonly options: SweeperOptions) {}

  sweep(target: SweepTarget): Promise<SweepReport> {
    return new Promise((resolve, reject) => {
      this.#hunts.add(new Hunt(target, resolve, Date.now()));
      if (!this.#running) this.#run().catch(reject);
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#hunts.size > 0) {
        const hunts = [...this.#hunts];
        await this.#pass(hunts);
        for (const hunt of hunts) {
          const report = hunt.end(Date.now());
          if (report === null) continue;
          this.#hunts.delete(hunt);
          hunt.done(report);
        }
        await (hunts.some((hunt) => hunt.dirty) ? delay(1) : immediate());
      }
    } finally {
      this.#running = false;
    }
  }

  async #pass(hunts: readonly Hunt[]): Promise<void> {
    const floor = Math.min(...hunts.map((hunt) => hunt.target.startTicks));
    const stopped: number[] = [];
    const look = (pid: number) => {
      if (this.#visit(pid, floor, hunts, 'first')) stopped.push(pid);
    };
    for (const hunt of hunts) hunt.begin();
    let newest = newestPid();
    let looked = 0;
    // Newest first: what lives for milliseconds only must be looked at while it is there.
    for (const pid of listPids().sort((a, b) => b - a)) {
      look(pid);
      if (++looked % CHUNK === 0) await immediate();
    }
    // What was begun meanwhile; a process that goes on as its own child shows here as long as it keeps doing so.
    for (let chase = 0; chase < MOST_CHASES && newest !== newestPid(); chase++) {
      const since = newest;
      newest = newestPid();
      for (const pid of pidsBetween(since, newest) ?? listPids()) look(pid);
    }
    // Everything found stands still now; each is proven once more and killed.
    for (const pid of stopped) this.#visit(pid, floor, hunts, 'again');
  }

  /** Looks at one process and acts at once, so that nothing comes between proof and signal. True: it was only stopped. */
  #visit(pid: number, floor: number, hunts: readonly Hunt[], look: 'first' | 'again'): boolean {
    if (pid === process.pid) return false;
    const stat = probeStat(pid);
    if (stat === null || stat.kernel || stat.startTicks < floor || !isAlive(stat)) return false;
    const environment = readEnvironment(pid);
    if (environment === null) return false;
    const entries = environment === UNREADABLE ? null : cookieEntries(environment);
    const hunters = hunts.filter((hunt) => this.#wants(hunt, stat, entries));
    if (hunters.length === 0 || this.options.isLivingGroup(stat.group)) return false;
    for (const hunt of hunters) hunt.found(stat);
    const stop = look === 'first' && hunters.every((hunt) => hunt.firstPass);
    const failure = strike(stat, stop);
    if (failure) for (const hunt of hunters) hunt.suspect(pid, failure);
    return stop;
  }

  #wants(hunt: Hunt, stat: ProcessStat, entries: readonly string[] | null): boolean {
    const found = match(hunt.target, stat, entries, readStat);
    switch (found.kind) {
      case 'ours':
        return true;
      case 'suspect':
        hunt.suspect(stat.pid, found.reason);
        return false;
      case 'none':
        return false;
      default:
        return found satisfies never;
    }
  }
}

/** Signals what was just proven ours; answers why not if it could not. */
function strike(stat: ProcessStat, stop: boolean): string | null {
  try {
    // A watcher of a group we do not hold: alone it would leave the group behind, alive it proves whose the group is.
    if (stat.session === stat.group && isGuardLine(readCommandLine(stat.pid))) process.kill(-stat.group, 'SIGKILL');
    else process.kill(stat.pid, stop ? 'SIGSTOP' : 'SIGKILL');
    return null;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return null;
    if (codeOf(error) === 'EPERM') return 'ours, and not ours to signal: it runs as another user';
    throw error;
  }
}
