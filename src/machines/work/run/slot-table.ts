import { EspalierError } from '../../../errors.js';
import { SLOT_STATUSES, type SlotStatus } from '../slot.js';

/** Where a slot stands in its owner's memory; the numbers are those of a stored plan, where `leased` reads `running`. */
export const SLOT_PHASES = ['pending', 'leased', 'finished', 'committed'] as const;
export type SlotPhase = (typeof SLOT_PHASES)[number];

/** What stands above the phase: a place in this list. */
const STATUSES: readonly (SlotStatus | null)[] = [null, ...SLOT_STATUSES];
const PHASE_BITS = 2;
const PHASE_MASK = (1 << PHASE_BITS) - 1;

/**
 * The state of every slot of a run, one byte each: the phase in the low two bits, above them the status that a finished
 * or committed slot is known to have. Reading and moving a slot is O(1); a million slots take a megabyte.
 */
export class SlotTable {
  readonly #bytes: Uint8Array;
  readonly #counts: Uint32Array;
  #frontier = 0;

  /** @param phases one byte per slot, an index into `SLOT_PHASES`; copied. Throws `ESP_INVALID` for any other byte. */
  constructor(phases: Uint8Array) {
    this.#bytes = Uint8Array.from(phases);
    this.#counts = new Uint32Array(SLOT_PHASES.length);
    for (const byte of phases) {
      const count = this.#counts[byte];
      if (count === undefined)
        throw new EspalierError('ESP_INVALID', `a plan holds the byte ${byte}, which is no slot state`);
      this.#counts[byte] = count + 1;
    }
    this.#advance();
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** The first slot that is not committed; `size` when all are. */
  get frontier(): number {
    return this.#frontier;
  }

  count(phase: SlotPhase): number {
    return this.#counts[SLOT_PHASES.indexOf(phase)] ?? 0;
  }

  phase(index: number): SlotPhase {
    const phase = SLOT_PHASES[this.#byte(index) & PHASE_MASK];
    if (phase === undefined) throw new EspalierError('ESP_INVALID', `slot ${index} has no phase`);
    return phase;
  }

  /** What a finished or committed slot ended as; null when that is not known here. */
  status(index: number): SlotStatus | null {
    return STATUSES[this.#byte(index) >> PHASE_BITS] ?? null;
  }

  /** Sets a slot's phase and status. The caller has decided that the move is allowed. */
  set(index: number, phase: SlotPhase, status: SlotStatus | null = null): void {
    const from = this.#byte(index) & PHASE_MASK;
    const to = SLOT_PHASES.indexOf(phase);
    this.#bytes[index] = to | (STATUSES.indexOf(status) << PHASE_BITS);
    this.#counts[from] = (this.#counts[from] ?? 0) - 1;
    this.#counts[to] = (this.#counts[to] ?? 0) + 1;
    this.#advance();
  }

  /** The slots of a phase that is rare: one pass behind the committed prefix, none if there are none. */
  *indexesOf(phase: Exclude<SlotPhase, 'committed'>): Generator<number> {
    let left = this.count(phase);
    for (let index = this.#frontier; left > 0; index += 1) {
      if (this.phase(index) !== phase) continue;
      left -= 1;
      yield index;
    }
  }

  /** An independent copy. */
  clone(): SlotTable {
    const copy = new SlotTable(this.#bytes.map((byte) => byte & PHASE_MASK));
    copy.#bytes.set(this.#bytes);
    return copy;
  }

  /** Never goes back: a committed slot stays committed, so the whole run costs one pass. */
  #advance(): void {
    const committed = SLOT_PHASES.indexOf('committed');
    while (this.#frontier < this.size && (this.#byte(this.#frontier) & PHASE_MASK) === committed) this.#frontier += 1;
  }

  #byte(index: number): number {
    const byte = this.#bytes[index];
    if (byte === undefined)
      throw new EspalierError('ESP_INVALID', `slot ${index} is not one of the run's ${this.size}`);
    return byte;
  }
}
