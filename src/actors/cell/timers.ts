import type { AnyActorRef, EventObject } from 'xstate';
import type { Clock } from '../../clock.js';

/** Who delivers an event whose time has come: the cell's system. */
export interface Relay {
  relay(source: AnyActorRef, target: AnyActorRef, event: EventObject): void;
}

/** A delayed event that is still to come. */
export interface PendingTimer {
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly event: EventObject;
  readonly id: string | undefined;
  /** When it is due, in milliseconds. */
  readonly due: number;
}

interface Timer extends PendingTimer {
  readonly handle: unknown;
}

/** The delayed events of one cell, by the actor that scheduled them: cancelling an actor's timers never looks at others'. */
export class CellTimers {
  readonly #clock: Clock;
  readonly #relay: Relay;
  /** Made at the first use: most cells have no timers, and there are many cells. */
  #timers: Map<AnyActorRef, Map<string, Timer>> | undefined;
  #anonymous = 0;

  constructor(clock: Clock, relay: Relay) {
    this.#clock = clock;
    this.#relay = relay;
  }

  /** Delivers `event` after `delay` ms, unless it is cancelled; an earlier event of the same id stays, as in XState. */
  schedule(source: AnyActorRef, target: AnyActorRef, event: EventObject, delay: number, id: string | undefined): void {
    const key = id ?? `timer ${++this.#anonymous}`;
    this.#timers ??= new Map();
    const timers = this.#timers.get(source) ?? new Map<string, Timer>();
    this.#timers.set(source, timers);
    const handle = this.#clock.setTimeout(() => {
      if (timers.get(key)?.handle === handle) this.#forget(source, key);
      this.#relay.relay(source, target, event);
    }, delay);
    timers.set(key, { handle, source, target, event, id, due: this.#clock.now() + delay });
  }

  cancel(source: AnyActorRef, id: string): void {
    const timer = this.#timers?.get(source)?.get(id);
    if (timer === undefined) return;
    this.#clock.clearTimeout(timer.handle);
    this.#forget(source, id);
  }

  cancelAll(source: AnyActorRef): void {
    for (const { handle } of this.#timers?.get(source)?.values() ?? []) this.#clock.clearTimeout(handle);
    this.#timers?.delete(source);
  }

  /** What is still to come. */
  pending(): readonly PendingTimer[] {
    return [...(this.#timers?.values() ?? [])].flatMap((timers) => [...timers.values()]);
  }

  #forget(source: AnyActorRef, id: string): void {
    const timers = this.#timers?.get(source);
    timers?.delete(id);
    if (timers?.size === 0) this.#timers?.delete(source);
  }
}
