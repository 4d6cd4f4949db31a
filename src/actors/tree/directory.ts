import type { AnyEventObject } from 'xstate';
import { EspalierError } from '../../errors.js';
import { tell } from '../../listener.js';
import type { ActorExit } from '../../machines/exits/exit.js';
import { checkArgument, func } from '../../options.js';
import { TransientMap } from '../../transient-map.js';
import type { Cell } from '../cell/cell.js';

/** Why an event reached nobody. */
export type DeadLetterReason = 'unknown_path' | 'stale_incarnation' | 'ended' | 'mailbox_full';

/** An event that reached nobody; of the event no more than its type, for it may hold what must not be shown. */
export interface DeadLetter {
  readonly at: number;
  readonly path: string;
  readonly type: string;
  readonly reason: DeadLetterReason;
}

/** So many dead letters are remembered. */
const REMEMBERED = 100;

/** The end of a monitored actor; `noproc` when there was none of that path. */
export interface Down {
  readonly path: string;
  readonly incarnation: number | null;
  readonly exit: ActorExit | { readonly kind: 'noproc' };
}

type Monitor = (down: Down) => unknown;

export interface DirectoryOptions {
  /** What a monitor threw. */
  readonly onFault?: (error: unknown) => void;
  readonly onDeadLetter?: (path: string, event: AnyEventObject, reason: DeadLetterReason) => void;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
}

/** Who lives where: the living cells by path, those who watch them, and the letters that reached nobody. */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #cells = new TransientMap<string, Cell>();
  readonly #monitors = new TransientMap<string, Set<Monitor>>();
  readonly #retirements = new Map<string, Set<() => unknown>>();
  /** The highest incarnation of each path, by the path above: to forget a path costs as much as lived below it. */
  readonly #incarnations = new Map<string, Map<string, number>>();
  readonly #deadLetters: Record<DeadLetterReason, number> = {
    unknown_path: 0,
    stale_incarnation: 0,
    ended: 0,
    mailbox_full: 0,
  };
  readonly #recent: DeadLetter[] = [];

  constructor(options: DirectoryOptions = {}) {
    this.#options = options;
  }

  /** The living cell of a path. */
  whereis(path: string): Cell | undefined {
    const cell = this.#cells.get(path);
    return cell?.exit ? undefined : cell;
  }

  /** The living cells, in the order in which they were registered. */
  *cells(): IterableIterator<Cell> {
    for (const cell of this.#cells.values()) if (!cell.exit) yield cell;
  }

  /** @throws EspalierError `ESP_CONFLICT` if another cell lives at that path */
  register(cell: Cell): void {
    const other = this.whereis(cell.path);
    if (other && other !== cell) {
      const context = { path: cell.path, incarnation: other.incarnation };
      throw new EspalierError('ESP_CONFLICT', `an actor already lives at ${cell.path}`, { context });
    }
    const ended = this.#cells.get(cell.path);
    if (ended?.exit) this.release(ended, ended.exit);
    this.#cells.set(cell.path, cell);
    const above = pathAbove(cell.path);
    const siblings = this.#incarnations.get(above) ?? new Map<string, number>();
    this.#incarnations.set(above, siblings);
    siblings.set(cell.path, Math.max(cell.incarnation, siblings.get(cell.path) ?? 0));
  }

  /** Takes an ended cell out and tells its monitors, once. */
  release(cell: Cell, exit: ActorExit): void {
    if (this.#cells.get(cell.path) !== cell) return;
    this.#cells.delete(cell.path);
    const monitors = this.#monitors.take(cell.path);
    const { path, incarnation } = cell;
    for (const monitor of monitors ?? []) this.#tell(monitor, { path, incarnation, exit });
  }

  /** The highest incarnation that a path has had, 0 for none: the next one is higher, also under a new supervisor. */
  lastIncarnation(path: string): number {
    return this.#incarnations.get(pathAbove(path))?.get(path) ?? 0;
  }

  /** Forgets a path that will not be started again, and those below it. */
  forget(path: string): void {
    const above = pathAbove(path);
    const siblings = this.#incarnations.get(above);
    siblings?.delete(path);
    if (siblings?.size === 0) this.#incarnations.delete(above);
    this.#forgetBelow(path);
  }

  #forgetBelow(path: string): void {
    const below = this.#incarnations.get(path);
    this.#incarnations.delete(path);
    for (const child of below?.keys() ?? []) this.#forgetBelow(child);
  }

  /**
   * Calls back once: when nobody will start that path again but by hand, or when the path above it has gone so; soon, where
   * nothing is known of it by now.
   */
  whenRetired(path: string, retired: () => unknown): Disposable {
    if (this.lastIncarnation(path) === 0) {
      queueMicrotask(() => tell(retired, (error) => this.#options.onFault?.(error)));
      return { [Symbol.dispose]: () => undefined };
    }
    const waiting = this.#retirements.get(path) ?? new Set();
    // A function of its own: the same one may wait twice.
    const entry = () => retired();
    this.#retirements.set(path, waiting.add(entry));
    return {
      [Symbol.dispose]: () => {
        waiting.delete(entry);
        if (waiting.size === 0 && this.#retirements.get(path) === waiting) this.#retirements.delete(path);
      },
    };
  }

  /** Nobody starts this path again but by hand, nor those below it. */
  retire(path: string): void {
    this.#retireThose((waited) => waited === path || waited.startsWith(`${path}/`));
  }

  /** Nobody starts again what lived below this path, but for those children. */
  retireBelow(path: string, kept: ReadonlySet<string>): void {
    const prefix = path === '/' ? path : `${path}/`;
    this.#retireThose((waited) => {
      const [child = ''] = waited.slice(prefix.length).split('/');
      return waited.startsWith(prefix) && !kept.has(child);
    });
  }

  #retireThose(isRetired: (path: string) => boolean): void {
    for (const [path, waiting] of [...this.#retirements]) {
      if (!isRetired(path)) continue;
      this.#retirements.delete(path);
      for (const retired of waiting) tell(retired, (error) => this.#options.onFault?.(error));
    }
  }

  /** Calls `monitor` once: when the cell of that path ends, or soon, with `noproc`, when none lives there. */
  monitor(path: string, monitor: Monitor): Disposable {
    checkArgument('what monitors', monitor, func);
    if (!this.whereis(path)) {
      queueMicrotask(() => this.#tell(monitor, { path, incarnation: null, exit: { kind: 'noproc' } }));
      return { [Symbol.dispose]: () => undefined };
    }
    const monitors = this.#monitors.get(path) ?? new Set<Monitor>();
    // A function of its own: the same monitor may watch twice.
    const entry: Monitor = (down) => monitor(down);
    this.#monitors.set(path, monitors.add(entry));
    return { [Symbol.dispose]: () => void monitors.delete(entry) };
  }

  /**
   * Sends to a path; to a given incarnation only, if one is given. False, and a dead letter, if nobody receives it.
   *
   * @throws EspalierError `ESP_INVALID` for what is no event: it would crash who receives it, not who has sent it
   */
  send(path: string, event: AnyEventObject, incarnation?: number): boolean {
    if (!isEvent(event)) throw new EspalierError('ESP_INVALID', `what is sent to ${path} is no object with a type`);
    const cell = this.whereis(path);
    if (!cell) return this.deadLetter(path, event, 'unknown_path');
    if (incarnation !== undefined && cell.incarnation !== incarnation) {
      return this.deadLetter(path, event, 'stale_incarnation');
    }
    return cell.send(event);
  }

  /** Counts an event that reached nobody. */
  deadLetter(path: string, event: AnyEventObject, reason: DeadLetterReason): false {
    this.#deadLetters[reason] += 1;
    const at = this.#options.now?.() ?? Date.now();
    this.#recent.push({ at, path, type: event.type, reason });
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    this.#options.onDeadLetter?.(path, event, reason);
    return false;
  }

  /** How many events reached nobody, by reason. */
  get deadLetters(): Readonly<Record<DeadLetterReason, number>> {
    return { ...this.#deadLetters };
  }

  /** The latest of them, oldest first; at most a hundred. */
  get recentDeadLetters(): readonly DeadLetter[] {
    return [...this.#recent];
  }

  #tell(monitor: Monitor, down: Down): void {
    tell(
      () => monitor(down),
      (error) => this.#options.onFault?.(error),
    );
  }
}

/** The path of the parent; `/` stands above itself. */
function pathAbove(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function isEvent(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}
