import type {
  ActorLogic,
  ActorRef,
  AnyActorLogic,
  AnyEventObject,
  EmittedFrom,
  EventFromLogic,
  InteropSubscribable,
  Observer,
  Readable,
  Snapshot,
  SnapshotFrom,
  Subscription,
} from 'xstate';
import type { ActorExit } from '../../machines/exits/exit.js';
import { checkArgument, func, kind, type Rule } from '../../options.js';
import type { Cell } from '../cell/cell.js';
import type { MailboxState } from '../cell/mailbox.js';
import { requireOutside } from '../cell/outside-events.js';

/** How long an actor that is told to stop may take, in milliseconds. */
const STOP_MS = 5000;

const listener: Rule = (value, place) =>
  typeof value === 'object'
    ? kind('a function, or an observer with next, error and complete', isObserver)(value, place)
    : func(value, place);

function isObserver(value: unknown): boolean {
  const fits = (name: string) => ['undefined', 'function'].includes(typeof Reflect.get(Object(value), name));
  return value !== null && ['next', 'error', 'complete'].every(fits);
}

/** Logic of which nothing is known. */
export type UntypedLogic = ActorLogic<Snapshot<unknown>, AnyEventObject>;

/**
 * A running actor, by path: the handle stays good across restarts. It is an `ActorRef` of XState, so XState's `waitFor` and
 * `toPromise` take it. `system.actor<typeof orderMachine>(path)` knows the events and the snapshot of its machine.
 *
 * @example
 * import { waitFor } from 'xstate';
 * const orders = system.actor<typeof orderMachine>('/orders');
 * orders.send({ type: 'pay' });
 * await waitFor(orders, ({ context }) => context.total === 0);
 */
export interface ActorHandle<TLogic extends AnyActorLogic = UntypedLogic>
  extends ActorRef<SnapshotFrom<TLogic>, EventFromLogic<TLogic>, EmittedFrom<TLogic>> {
  readonly path: string;
  /** The path again: what XState calls an actor by. */
  readonly id: string;
  /**
   * False, and a dead letter, if nobody lives there or the mailbox is full.
   *
   * @throws EspalierError `ESP_INVALID` for what XState and Espalier send themselves (`xstate.…`, `espalier.…`), and for every
   * event to one of Espalier's own actors: supervisors, pools and what is below them
   */
  send(event: EventFromLogic<TLogic>): boolean;
  /**
   * Its state now; of an incarnation that has ended while this handle was subscribed to it, its last one.
   *
   * @throws EspalierError `ESP_NOT_FOUND` if nobody lives there
   */
  getSnapshot(): SnapshotFrom<TLogic>;
  /**
   * Calls `next` with each state of the incarnation that lives now, then once `complete` when it is done or stopped, or
   * `error` when it crashes. What a listener throws is reported as a fault and harms nobody.
   *
   * @throws EspalierError `ESP_NOT_FOUND` if nobody lives there
   */
  subscribe: ActorRef<SnapshotFrom<TLogic>, EventFromLogic<TLogic>>['subscribe'];
  /** What waits for it. @throws EspalierError `ESP_NOT_FOUND` if nobody lives there */
  mailbox(): MailboxState;
  /** OTP's `exit(Pid, shutdown)`: its supervisor applies the restart type. */
  stop(reason?: unknown): Promise<ActorExit>;
  /** OTP's `kill`. */
  kill(): Promise<ActorExit>;
}

/** What a handle needs of its system. */
export interface ActorDoor {
  /** The incarnation that lives now. */
  find(): Cell | undefined;
  /** As `find`. @throws EspalierError `ESP_NOT_FOUND` if nobody lives there, `ESP_STOPPED` */
  cell(): Cell;
  send(event: AnyEventObject): boolean;
}

/** What XState's own functions call on an actor beyond what a user calls. */
abstract class Referred {
  abstract getSnapshot(): Snapshot<unknown>;
  abstract subscribe(observer: Observer<Snapshot<unknown>>): Subscription;
  declare readonly [Symbol.observable]: () => InteropSubscribable<Snapshot<unknown>>;

  /** Its supervisor has started it. */
  start(): void {
    // Nothing is left to do.
  }

  select<T>(selector: (snapshot: Snapshot<unknown>) => T, isEqual: (a: T, b: T) => boolean = Object.is): Readable<T> {
    const get = () => selector(this.getSnapshot());
    return {
      get,
      subscribe: (
        next: Observer<T> | ((value: T) => void),
        error?: (error: unknown) => void,
        complete?: () => void,
      ) => {
        const observer = typeof next === 'function' ? { next, error, complete } : next;
        let last = get();
        const changed = (snapshot: Snapshot<unknown>) => {
          const value = selector(snapshot);
          if (isEqual(last, value)) return;
          last = value;
          observer.next?.(value);
        };
        return this.subscribe({
          next: changed,
          error: (reason) => observer.error?.(reason),
          complete: () => observer.complete?.(),
        });
      },
    };
  }
}

// XState looks for the second name where JavaScript has no `Symbol.observable`: its type says that it always has.
const OBSERVABLE: symbol | string = typeof Symbol.observable === 'symbol' ? Symbol.observable : '@@observable';
Object.defineProperty(Referred.prototype, OBSERVABLE, {
  value(this: Referred) {
    return this;
  },
});

/** The actor of a path, whichever incarnation of it lives. */
export class StandingActor extends Referred implements ActorHandle {
  readonly path: string;
  readonly #door: ActorDoor;
  /** Who subscribed hears of the end when nobody lives there any more, and then asks how it was. */
  #watched: Cell | undefined;

  constructor(path: string, door: ActorDoor) {
    super();
    this.path = path;
    this.#door = door;
  }

  get id(): string {
    return this.path;
  }

  get sessionId(): string {
    return this.#door.cell().ref.sessionId;
  }

  get system(): ActorHandle['system'] {
    return this.#door.cell().ref.system;
  }

  get src(): ActorHandle['src'] {
    return this.#door.cell().ref.src;
  }

  send(event: AnyEventObject): boolean {
    requireOutside(event);
    this.#door.find()?.requireTakes(event);
    return this.#door.send(event);
  }

  getSnapshot(): Snapshot<unknown> {
    const ended = this.#door.find() ? undefined : this.#watched;
    return (ended ?? this.#door.cell()).getSnapshot();
  }

  getPersistedSnapshot(): Snapshot<unknown> {
    return this.#door.cell().ref.getPersistedSnapshot();
  }

  subscribe(
    observer: Observer<Snapshot<unknown>> | ((snapshot: Snapshot<unknown>) => void),
    error?: (error: unknown) => void,
    complete?: () => void,
  ): Subscription {
    checkArgument('what subscribes', observer, listener);
    this.#watched = this.#door.cell();
    return this.#watched.outside.subscribe(observer, error, complete);
  }

  readonly on: ActorHandle['on'] = (type, handler) => {
    checkArgument('what listens', handler, func);
    return this.#door.cell().outside.on(type, handler);
  };

  mailbox(): MailboxState {
    return this.#door.cell().mailbox;
  }

  stop(reason?: unknown): Promise<ActorExit> {
    return this.#door.cell().stop(STOP_MS, reason);
  }

  kill(): Promise<ActorExit> {
    return this.#door.cell().kill();
  }
}
