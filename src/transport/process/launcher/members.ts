import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../../errors.js';
import type { HeldSession } from '../contract/launcher.js';
import { look, UNSEEN } from '../proc/look.js';
import { listPids, newestPid, pidsBetween, probeStat } from '../proc/proc.js';
import { isAlive } from '../proc/stat.js';

/** Within this time pids cannot begin anew: that takes tens of thousands of forks. */
const NO_WRAP_MS = 1_000;
/** Members that were born in the instant of a kill still count; others with that group's number are somebody else's. */
const LATE_TICKS = 10;
/** How often, a millisecond apart, an old group is given the time to be collected before all processes are looked at. */
const MOST_WAITS = 10;
/** Pids that are remembered at most. */
const MOST_KNOWN = 8_192;

interface Question {
  readonly session: HeldSession;
  readonly isYoung: boolean;
  readonly resolve: (live: boolean) => void;
}

/**
 * Tells whether process groups have members that are not zombies.
 *
 * A zombie keeps its group until it is collected, which a careless first process of a container does late or never; so
 * the group's mere existence says little, and the members must be looked at. All who ask at one time share a look. Pids
 * are given out in ascending order, so that the members of a young group lie between its leader and the newest pid; and
 * what was seen a moment ago to be dead or in another group needs no second look.
 */
export class Members {
  /** The group of a pid, 0 for a zombie, and when that was seen. A process never joins a group of another session. */
  readonly #known = new Map<number, { readonly group: number; readonly at: number }>();
  #questions: Question[] = [];

  /** Whether a group has a live member that may be its own: one born while its number was. */
  async live(session: HeldSession, ageMs: number): Promise<boolean> {
    const isYoung = ageMs < NO_WRAP_MS;
    for (let waits = 0; groupExists(session.pid); waits++) {
      if (isYoung || waits === MOST_WAITS) return this.#ask(session, isYoung);
      await delay(1);
    }
    return false;
  }

  #ask(session: HeldSession, isYoung: boolean): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#questions.length === 0) setImmediate(() => this.#answer());
      this.#questions.push({ session, isYoung, resolve });
    });
  }

  #answer(): void {
    const questions = this.#questions;
    this.#questions = [];
    const asked = new Map(questions.map(({ session }) => [session.pid, session]));
    const living = new Set<number>();
    const seen = look(() => {
      for (const pid of candidates(questions)) {
        const group = this.#groupOf(pid, asked);
        if (group !== undefined) living.add(group);
      }
    });
    // What could not be looked at counts as there; who asked asks again.
    for (const { session, resolve } of questions) resolve(seen === UNSEEN || living.has(session.pid));
  }

  /** The group that was asked about and that this pid is a live member of. */
  #groupOf(pid: number, asked: ReadonlyMap<number, HeldSession>): number | undefined {
    const now = performance.now();
    const known = this.#known.get(pid);
    if (known !== undefined && now - known.at < NO_WRAP_MS && !asked.has(known.group)) return undefined;
    const stat = probeStat(pid);
    if (stat === null) return undefined;
    const group = isAlive(stat) ? stat.group : 0;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(pid, { group, at: now });
    const session = asked.get(group);
    return session !== undefined && stat.startTicks <= session.pinnedUntil + LATE_TICKS ? group : undefined;
  }
}

function candidates(questions: readonly Question[]): readonly number[] {
  if (!questions.every(({ isYoung }) => isYoung)) return listPids();
  const first = Math.min(...questions.map(({ session }) => session.pid));
  return pidsBetween(first - 1, newestPid()) ?? listPids();
}

function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
