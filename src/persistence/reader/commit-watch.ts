import { type FSWatcher, watch } from 'node:fs';
import { beside } from '../file/beside.js';
import { withoutLink } from '../file/without-link.js';

/**
 * When a commit is looked for after the log was written to, in milliseconds since then: that is told before the commit can be
 * seen, by as long as the disk takes. One commit after the other is looked for in the same way.
 */
const LOOKS_MS = [1, 2, 3, 4, 6, 8, 12, 20, 50, 120, 300] as const;

/** Between two changes that are told, in milliseconds at least: whoever writes without a pause is not to be followed so. */
const GAP_MS = 2;

/** How often is looked anyway, in milliseconds: where the log is watched, and where it cannot be. */
const BACKSTOP_MS = { watched: 1000, blind: 50 } as const;

/** What is watched: which commit can be seen, and whom to tell that it is another one. */
export interface CommitSource {
  /** The path of the store. */
  readonly file: string;
  /** Another one after each commit of anybody; null when it is not known, and whoever waits has to look. */
  version(): number | null;
  /** @param isKnown whether there is a version to read: a store whose state is not known is left to whoever looks */
  changed(isKnown: boolean): void;
}

/**
 * Watches for commits to a store by anybody. What was committed since it was last on counts as a change, so a commit between
 * two waits, or while this thread started, is never missed. Somebody else's commit is told some milliseconds after it can be
 * seen; while nothing is written it looks once a second.
 */
export class CommitWatch {
  readonly #source: CommitSource;
  readonly #log: string;
  #watcher: FSWatcher | null = null;
  #backstop: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  /** Which look comes next. */
  #next = 0;
  #seen: number | null = null;
  #toldAt = 0;
  #on = false;

  constructor(source: CommitSource) {
    this.#source = source;
    this.#log = beside(withoutLink(source.file), 'log');
  }

  set(on: boolean): void {
    if (this.#on === on) return;
    this.#on = on;
    clearInterval(this.#backstop);
    clearTimeout(this.#look);
    this.#look = undefined;
    if (!on) return;
    this.#open();
    this.#arm();
    this.#touched();
  }

  close(): void {
    this.set(false);
    this.#watcher?.close();
    this.#watcher = null;
  }

  #arm(): void {
    clearInterval(this.#backstop);
    const backstopMs = this.#watcher === null ? BACKSTOP_MS.blind : BACKSTOP_MS.watched;
    this.#backstop = setInterval(() => this.#tell(), backstopMs);
  }

  /** The log may be another file by now, or there may be none: a store at rest has none, and a copy of one never. */
  #open(): void {
    if (this.#watcher !== null) return;
    try {
      this.#watcher = watch(this.#log, { persistent: false }, (event) => {
        if (event === 'rename') this.#lose();
        else if (this.#on) this.#touched();
      });
      this.#watcher.on('error', () => this.#lose());
    } catch {
      // Too many watches on this machine, or no log: what is looked for often enough needs none.
      this.#watcher = null;
    }
  }

  #lose(): void {
    this.#watcher?.close();
    this.#watcher = null;
    if (!this.#on) return;
    this.#open();
    this.#arm();
    this.#touched();
  }

  #touched(): void {
    // The first look comes soon; put off again and again, it would never come.
    if (this.#look !== undefined && this.#next === 0) return;
    clearTimeout(this.#look);
    this.#next = 0;
    this.#armLook();
  }

  #armLook(): void {
    const [at, before] = [LOOKS_MS[this.#next], LOOKS_MS[this.#next - 1] ?? 0];
    if (at !== undefined) this.#look = setTimeout(() => this.#lookAgain(), at - before);
  }

  #lookAgain(): void {
    this.#look = undefined;
    // What came too soon is looked for once more, not passed over.
    if (performance.now() - this.#toldAt >= GAP_MS) {
      this.#tell();
      this.#next += 1;
    }
    this.#armLook();
  }

  #tell(): void {
    const found = this.#source.version();
    if (found === this.#seen && found !== null) return;
    this.#seen = found;
    this.#toldAt = performance.now();
    this.#source.changed(found !== null);
    // What is not known will not be known sooner for being looked for more often.
    if (found === null) this.#next = LOOKS_MS.length;
  }
}
