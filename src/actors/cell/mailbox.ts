import type { AnyActorRef, AnyEventObject } from 'xstate';
import type { Clock } from '../../clock.js';

/** A bound for an actor's mailbox. */
export interface MailboxOptions {
  /** So many events may wait at most. */
  readonly limit: number;
  /** What happens at the limit: the new event is refused, or the oldest is dropped. Either is a dead letter. */
  readonly policy: 'reject' | 'drop-oldest';
}

/** What waits for an actor. */
export interface MailboxState {
  readonly depth: number;
  /** How long the oldest event has waited, in milliseconds; 0 when none waits. */
  readonly ageMs: number;
}

/** An event on its way. */
export interface Letter {
  readonly source: AnyActorRef | undefined;
  readonly event: AnyEventObject;
  /** When it came, in milliseconds. */
  readonly at: number;
}

/**
 * The events that wait until an actor has done what it is doing. Unlike XState's own queue it can be measured and bounded,
 * and what is left in it when the actor ends is not lost silently.
 */
class CellMailbox {
  #letters: Letter[] = [];
  #taken = 0;

  constructor(readonly options: MailboxOptions | undefined) {}

  get depth(): number {
    return this.#letters.length - this.#taken;
  }

  state(now: number): MailboxState {
    const oldest = this.#letters[this.#taken];
    return { depth: this.depth, ageMs: oldest ? now - oldest.at : 0 };
  }

  /** Puts a letter behind the others. Answers the event that found no place: this one or the oldest. */
  push(letter: Letter): AnyEventObject | undefined {
    const { options } = this;
    const isFull = options !== undefined && this.depth >= options.limit && isBounded(letter.event);
    if (isFull && options.policy === 'reject') return letter.event;
    const dropped = isFull ? this.#dropOldest() : undefined;
    // Nothing could be dropped: what waits are the system's own events.
    if (isFull && !dropped) return letter.event;
    this.#letters.push(letter);
    return dropped;
  }

  shift(): Letter | undefined {
    const letter = this.#letters[this.#taken];
    if (!letter) return undefined;
    this.#taken += 1;
    // The taken ones are let go now and then: shifting an array for each would cost more the longer it is.
    if (this.#taken > 64 && this.#taken * 2 > this.#letters.length) {
      this.#letters = this.#letters.slice(this.#taken);
      this.#taken = 0;
    }
    return letter;
  }

  #dropOldest(): AnyEventObject | undefined {
    const index = this.#letters.findIndex(({ event }, at) => at >= this.#taken && isBounded(event));
    return index < 0 ? undefined : this.#letters.splice(index, 1)[0]?.event;
  }
}

/** The ends of an actor's children, its timers and the wish that it stop are not lost to a bound. */
function isBounded({ type }: AnyEventObject): boolean {
  return !type.startsWith('xstate.') && !type.startsWith('espalier.');
}

/** Who gives the root what has waited for it. */
interface Post {
  handOver(letter: Letter): void;
  dead(event: AnyEventObject, reason: 'mailbox_full'): void;
}

/** Where the root of a cell works, one thing after the other; what comes meanwhile waits in its mailbox. */
export class RootDesk {
  busy = false;
  readonly #clock: Clock;
  readonly #post: Post;
  readonly #bound: MailboxOptions | undefined;
  /** Made at the first use: most cells never need one, and there are many cells. */
  #mailbox: CellMailbox | undefined;

  constructor(clock: Clock, bound: MailboxOptions | undefined, post: Post) {
    this.#clock = clock;
    this.#bound = bound;
    this.#post = post;
  }

  state(): MailboxState {
    return this.#mailbox?.state(this.#clock.now()) ?? { depth: 0, ageMs: 0 };
  }

  /** Lets the root work, then gives it what has come meanwhile. */
  work(step: () => void): void {
    if (this.busy) return step();
    this.busy = true;
    try {
      step();
      for (let letter = this.#mailbox?.shift(); letter; letter = this.#mailbox?.shift()) this.#post.handOver(letter);
    } finally {
      this.busy = false;
    }
  }

  /** False if the event found no place. */
  wait(source: AnyActorRef | undefined, event: AnyEventObject): boolean {
    this.#mailbox ??= new CellMailbox(this.#bound);
    const lost = this.#mailbox.push({ source, event, at: this.#clock.now() });
    if (lost) this.#post.dead(lost, 'mailbox_full');
    return lost !== event;
  }
}
