import type { Clock } from '../../clock.js';
import { EspalierError } from '../../errors.js';
import type { Seat } from '../pool/roster.js';
import type { Work } from '../pool/work-queue.js';

/**
 * How strictly the calls of one session go to one worker. `hint`: to the last one when it has room, else to any.
 * `strict-queue`: they wait for it. `strict-fail`: they are refused when it has no room. With a strict one a session whose
 * worker is gone is refused once with `ESP_SESSION_LOST`, since what the worker kept of it is gone too; then it begins anew.
 */
export type AffinityPolicy = 'hint' | 'strict-queue' | 'strict-fail';

export interface AffinityOptions {
  readonly pool: string;
  readonly policy: AffinityPolicy;
  /** Since a session's last call, in milliseconds. */
  readonly ttl: number;
  /** Sessions at once. A further one is refused with `ESP_QUEUE_FULL`. */
  readonly limit: number;
  readonly clock: Clock;
}

interface Bond<S> {
  seat: S | null;
  usedAt: number;
}

/** Which worker served each session last. */
export class Affinity<S extends Seat> {
  /** In the order of their last use: the first is the first to run out. */
  readonly #bonds = new Map<string, Bond<S>>();

  constructor(
    readonly options: AffinityOptions,
    readonly isServing: (seat: S) => boolean,
  ) {}

  get size(): number {
    return this.#bonds.size;
  }

  /**
   * What a session's next piece of work asks of the queue.
   *
   * @throws EspalierError `ESP_SESSION_LOST`, `ESP_QUEUE_FULL`
   */
  wish(session: string): Pick<Work<S>, 'prefers' | 'requires'> {
    const seat = this.#touch(session).seat;
    if (seat === null) return {};
    const { policy, pool } = this.options;
    if (policy === 'hint') return { prefers: seat };
    if (!this.isServing(seat)) {
      this.#bonds.delete(session);
      throw new EspalierError('ESP_SESSION_LOST', `pool ${pool}: the worker of session ${session} is gone`, {
        context: { pool, session },
      });
    }
    if (policy === 'strict-fail' && seat.load >= seat.capacity) {
      throw new EspalierError('ESP_QUEUE_FULL', `pool ${pool}: the worker of session ${session} has no room`, {
        context: { pool, session },
      });
    }
    return { requires: seat };
  }

  /** The session's work has begun there. */
  bind(session: string, seat: S): void {
    const bond = this.#bonds.get(session);
    if (bond) bond.seat = seat;
  }

  /** Its worker is gone, and the caller was told so. */
  release(session: string): void {
    this.#bonds.delete(session);
  }

  #touch(session: string): Bond<S> {
    const { clock, limit, pool } = this.options;
    this.#expire();
    const bond: Bond<S> = this.#bonds.get(session) ?? { seat: null, usedAt: 0 };
    if (!this.#bonds.delete(session) && this.#bonds.size >= limit) {
      throw new EspalierError('ESP_QUEUE_FULL', `pool ${pool} holds its limit of ${limit} sessions`);
    }
    bond.usedAt = clock.now();
    this.#bonds.set(session, bond);
    return bond;
  }

  #expire(): void {
    const before = this.options.clock.now() - this.options.ttl;
    for (const [session, { usedAt }] of this.#bonds) {
      if (usedAt > before) return;
      this.#bonds.delete(session);
    }
  }
}
