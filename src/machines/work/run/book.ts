import { EspalierError } from '../../../errors.js';
import type { RunPolicy } from '../run-policy.js';
import type { SlotStatus } from '../slot.js';
import { type CommitBatch, type CommitSlot, Committer } from './committer.js';
import type { GateOptions } from './gates.js';
import { type LeaseStage, Leases } from './leases.js';
import { Planner } from './planner.js';
import { allOf, FailFast, type Ruling } from './ruling.js';
import type { LoadedPlan } from './run-events.js';
import { type SlotPhase, SlotTable } from './slot-table.js';

/** What a run needs to know before its plan is read: the machine's input. */
export interface RunInput {
  readonly policy: Pick<RunPolicy, 'concurrency' | 'failFast' | 'reorderWindow'>;
  /**
   * Slots claimed beyond those at work, so that a free place does not wait for the disk. By default as many as start while
   * a claim is on its way, at least 1 and at most twice as many as run at once.
   */
  readonly ahead?: number;
  /** Rows per commit at most (256). */
  readonly batch?: number;
  /** Variants and chains of slots, and the cap per variant; without it no slot waits for another. */
  readonly schedule?: GateOptions;
  /**
   * Called before each change of the books. By default they are changed in place, which is sound for an actor: it never
   * goes back to an earlier snapshot. Whoever does (`transition` on kept snapshots, `xstate/graph`) gives
   * `(book) => book.clone()`.
   */
  readonly isolate?: (book: RunBook) => RunBook;
}

/** Where a run's slots are; for readers. */
export interface RunSummary {
  readonly total: number;
  readonly pending: number;
  readonly leased: number;
  readonly started: number;
  readonly finished: number;
  readonly committed: number;
  /** The first slot that is not committed. */
  readonly frontier: number;
}

/** Where a slot is: its phase, and for a leased one what is being done with it. */
export type SlotStage = Exclude<SlotPhase, 'leased'> | LeaseStage;

interface Parts {
  readonly table: SlotTable;
  readonly ruling: Ruling;
  readonly planner: Planner;
  readonly committer: Committer;
  readonly leases: Leases;
  readonly ahead: number | null;
}

/**
 * The books of one run: table, planner, committer and leases over the same slots. Changed in place, because a run of a
 * million slots cannot be copied at each event; `clone` is for those who need to go back.
 */
export class RunBook {
  readonly #parts: Parts;
  /** After a refusal nothing is claimed until something has changed. */
  held = false;
  /** Writes of the run's status that are under way. */
  statusWrites = 0;
  /** Slots that have ended elsewhere while they were being claimed or given back: that write is still to be answered. */
  readonly #overtaken = new Set<number>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Books without slots, for a run whose plan is not known yet. */
  static blank(input: RunInput): RunBook {
    return RunBook.open(input, { slots: new Uint8Array(0), finished: new Map(), hasFailure: false });
  }

  /** Throws `ESP_INVALID` when input or plan do not fit. */
  static open(input: RunInput, plan: LoadedPlan): RunBook {
    const { policy, ahead = null, batch = 256, schedule = {} } = input;
    if (ahead !== null && !(Number.isInteger(ahead) && ahead >= 0)) {
      throw new EspalierError('ESP_INVALID', `ahead is ${ahead}; it must be a whole number from 0`);
    }
    const table = openTable(plan);
    const ruling = rulingFor(policy.failFast, plan);
    const barred = (index: number) => ruling.overrule(index) !== null;
    const { concurrency, reorderWindow } = policy;
    const planner = new Planner(table, { ...schedule, concurrency, reorderWindow, barred });
    const committer = new Committer(table, ruling, batch, commitWith(planner, table));
    const leases = new Leases();
    for (const index of table.indexesOf('leased')) leases.adopt(index);
    return new RunBook({ table, ruling, planner, committer, leases, ahead });
  }

  /** Whether every slot is committed. */
  get complete(): boolean {
    return this.#parts.table.frontier === this.#parts.table.size;
  }

  /** Whether nothing is leased and nothing is being written. */
  get idle(): boolean {
    const { leases, committer } = this.#parts;
    const isWriting = committer.outstanding !== null || this.statusWrites > 0 || this.#overtaken.size > 0;
    return leases.size === 0 && !isWriting;
  }

  /** Whether the committed prefix has settled every row behind it. */
  get closed(): boolean {
    return this.#parts.ruling.closed;
  }

  /** Whether every place of the run is filled, or can be at once. */
  get isFull(): boolean {
    const { leases, planner } = this.#parts;
    return planner.places > 0 && leases.started + leases.ready >= planner.places;
  }

  get hasStarted(): boolean {
    return this.#parts.leases.started > 0;
  }

  summary(): RunSummary {
    const { table, leases } = this.#parts;
    return {
      total: table.size,
      pending: table.count('pending'),
      leased: table.count('leased'),
      started: leases.started,
      finished: table.count('finished'),
      committed: table.count('committed'),
      frontier: table.frontier,
    };
  }

  /** Where one slot is. */
  stage(index: number): SlotStage {
    const { table, leases } = this.#parts;
    const phase = table.phase(index);
    return phase === 'leased' ? (leases.stage(index) ?? 'claiming') : phase;
  }

  /** How a finished or committed slot ended, if that is known here. */
  outcome(index: number): SlotStatus | null {
    return this.#parts.table.status(index);
  }

  /** The slots whose rows are being written. */
  get committing(): readonly number[] {
    return this.#parts.committer.outstanding?.indexes ?? [];
  }

  /** What an inspector sees of the books: counts, not a million slots. */
  toJSON(): RunSummary {
    return this.summary();
  }

  /** Leases what may be claimed now: nothing after a refusal, and nothing that a ruling has settled. */
  claim(): readonly number[] {
    if (this.held) return [];
    const { planner, leases } = this.#parts;
    // What has ended holds no place; but ends, with their output, must not pile up before a disk that is slow.
    const indexes = planner.claim(this.#ahead() + Math.min(leases.recording, planner.places));
    leases.claim(indexes);
    return indexes;
  }

  #ahead(): number {
    const { planner, leases, ahead } = this.#parts;
    return ahead ?? Math.max(1, Math.min(leases.pace, 2 * planner.places));
  }

  grant(indexes: readonly number[]): void {
    for (const index of indexes) this.#overtaken.delete(index);
    this.#parts.leases.grant(indexes);
  }

  /** Takes the granted slots that have a place now. */
  start(): readonly number[] {
    return this.#parts.leases.start(this.#parts.planner.places);
  }

  /** Takes the granted slots that are not started, to be given back. */
  release(): readonly number[] {
    return this.#parts.leases.release();
  }

  /** Leased slots are pending again. */
  requeue(indexes: readonly number[]): void {
    for (const index of indexes) {
      this.#overtaken.delete(index);
      if (this.#parts.leases.end(index)) this.#parts.planner.release(index);
    }
  }

  /** A slot's program has ended: another may start in its place. */
  vacate(index: number): void {
    this.#parts.leases.vacate(index);
  }

  finish(index: number, outcome: SlotStatus): void {
    // A run that is stopped before its plan was read knows no slots.
    if (index >= this.#parts.table.size) return;
    const stage = this.#parts.leases.stage(index);
    if (stage === 'claiming' || stage === 'releasing') this.#overtaken.add(index);
    this.#parts.leases.end(index);
    this.#parts.planner.finish(index, outcome);
  }

  nextCommit(): CommitBatch | null {
    return this.#parts.committer.next();
  }

  confirmCommit(indexes: readonly number[]): void {
    this.#parts.committer.confirmed(indexes);
  }

  failCommit(): void {
    this.#parts.committer.failed();
  }

  /** The room that the pool has for this run, in slots. */
  get capacity(): number {
    return this.#parts.planner.capacity;
  }

  set capacity(slots: number) {
    this.#parts.planner.capacity = slots;
  }

  /** Independent books in the same state. */
  clone(): RunBook {
    const table = this.#parts.table.clone();
    const ruling = this.#parts.ruling.clone();
    const planner = this.#parts.planner.clone(table, (index) => ruling.overrule(index) !== null);
    const committer = this.#parts.committer.clone(table, ruling, commitWith(planner, table));
    const leases = this.#parts.leases.clone();
    const copy = new RunBook({ ...this.#parts, table, ruling, planner, committer, leases });
    copy.held = this.held;
    copy.statusWrites = this.statusWrites;
    for (const index of this.#overtaken) copy.#overtaken.add(index);
    return copy;
  }
}

function openTable({ slots, finished, running }: LoadedPlan): SlotTable {
  const table = new SlotTable(running === 'ours' ? slots : slots.map((state) => (state === 1 ? 0 : state)));
  let known = 0;
  for (const [index, status] of finished) {
    // The statuses are read after the plan; a slot may have been cancelled in between.
    if (table.phase(index) === 'committed') continue;
    table.set(index, 'finished', status);
    known += 1;
  }
  if (known === table.count('finished')) return table;
  throw new EspalierError('ESP_INVALID', `${table.count('finished')} slots have finished, but ${known} say how`);
}

function rulingFor(failFast: boolean, { hasFailure, pruning }: LoadedPlan): Ruling {
  const rulings: Ruling[] = [];
  if (failFast) rulings.push(new FailFast(hasFailure));
  if (pruning !== undefined) rulings.push(pruning);
  return allOf(rulings);
}

function commitWith(planner: Planner, table: SlotTable): CommitSlot {
  return (index, as) => planner.commit(index, as ?? table.status(index));
}
