import type { AnyActorRef, EventObject } from 'xstate';
import type { Clock } from './environment.js';

type Deliver = (source: AnyActorRef, target: AnyActorRef, event: EventObject) => void;

/** The delayed events of one cell, by the actor that scheduled them: cancelling an actor's timers never looks at others'. */
export class CellTimers {
  readonly #clock: Clock;
  readonly #deliver: Deliver;
  readonly #timers = new Map<AnyActorRef, Map<string, unknown>>();
  #anonymous = 0;

  constructor(clock: Clock, deliver: Deliver) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Delivers `event` after `delay` ms, unless it is cancelled; an earlier event of the same id stays, as in XState. */
  schedule(source: AnyActorRef, target: AnyActorRef, event: EventObject, delay: number, id: string | undefined): void {
    const key = id ?? `timer ${++this.#anonymous}`;
    const timers = this.#timers.get(source) ?? new Map<string, unknown>();
    this.#timers.set(source, timers);
    const timer = this.#clock.setTimeout(() => {
      if (timers.get(key) === timer) this.#forget(source, key);
      this.#deliver(source, target, event);
    }, delay);
    timers.set(key, timer);
  }

  cancel(source: AnyActorRef, id: string): void {
    const timer = this.#timers.get(source)?.get(id);
    if (timer === undefined) return;
    this.#clock.clearTimeout(timer);
    this.#forget(source, id);
  }

  cancelAll(source: AnyActorRef): void {
    for (const timer of this.#timers.get(source)?.values() ?? []) this.#clock.clearTimeout(timer);
    this.#timers.delete(source);
  }

  #forget(source: AnyActorRef, id: string): void {
    const timers = this.#timers.get(source);
    timers?.delete(id);
    if (timers?.size === 0) this.#timers.delete(source);
  }
}
