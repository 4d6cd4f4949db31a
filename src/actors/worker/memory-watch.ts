import type { Clock } from '../../clock.js';

/** How often memory is looked at, in milliseconds. */
const LOOK_MS = 1000;

/** Processes that are looked at in one turn of the event loop: at 20 µs each that is not felt. */
const AT_ONCE = 64;

/** Where the figures come from. */
export interface MemorySource {
  /** Bytes; null when there is no such process. */
  readResident(pid: number): number | null;
  /** A count that only rises; null when it cannot be asked now. */
  readOomKills(): number | null;
}

/** What can be said about a process that has ended: `/proc` has forgotten it by then. */
export interface LastMemory {
  /** When it was last looked at; null if it never was. */
  readonly rssBytes: number | null;
  /** By how much the kernel's count of out-of-memory kills rose in the second or two before now. */
  readonly oomKills: number;
}

/**
 * Looks at the memory of living processes once a second, and remembers the kernel's count of out-of-memory kills, so that
 * an end by SIGKILL can be explained. Sleeps while nothing is watched.
 */
export class MemoryWatch {
  readonly #resident = new Map<number, number | null>();
  #timer: unknown = null;
  #isClosed = false;
  /** The counts of the last two looks, null while unknown: an end may be reported just after the kill was counted. */
  #kills: { readonly before: number | null; readonly last: number | null } = { before: null, last: null };

  constructor(
    readonly clock: Clock,
    readonly source: MemorySource,
  ) {}

  /** From now on the process is looked at, until it is taken. */
  watch(pid: number): void {
    this.#resident.set(pid, null);
    if (this.#isClosed || this.#timer !== null) return;
    // What was counted while nothing was watched has killed nothing of ours.
    const kills = this.source.readOomKills();
    this.#kills = { before: kills, last: kills };
    this.#timer = this.clock.setTimeout(() => this.#look(), LOOK_MS);
  }

  /** Ends the watch of a process and says what is known of it. */
  take(pid: number): LastMemory {
    const rssBytes = this.#resident.get(pid) ?? null;
    this.#resident.delete(pid);
    const { before } = this.#kills;
    const kills = this.source.readOomKills();
    return { rssBytes, oomKills: kills === null || before === null ? 0 : Math.max(0, kills - before) };
  }

  /** Ends the watch of a process that nobody asks about. */
  forget(pid: number): void {
    this.#resident.delete(pid);
  }

  close(): void {
    this.#isClosed = true;
    this.clock.clearTimeout(this.#timer);
    this.#resident.clear();
  }

  #look(): void {
    this.#timer = null;
    if (this.#resident.size === 0) return;
    this.#kills = { before: this.#kills.last, last: this.source.readOomKills() ?? this.#kills.last };
    this.#lookAt([...this.#resident.keys()]);
  }

  #lookAt(pids: readonly number[]): void {
    for (const pid of pids.slice(0, AT_ONCE)) {
      if (this.#resident.has(pid))
        this.#resident.set(pid, this.source.readResident(pid) ?? this.#resident.get(pid) ?? null);
    }
    const rest = pids.slice(AT_ONCE);
    const next = rest.length > 0 ? () => this.#lookAt(rest) : () => this.#look();
    this.#timer = this.clock.setTimeout(next, rest.length > 0 ? 1 : LOOK_MS);
  }
}
