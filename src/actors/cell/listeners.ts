import { Actor, type AnyActorRef, type EventObject, type Observer, type Snapshot, type Subscription } from 'xstate';
import { settle } from './callback.js';

/** How those outside a cell listen to its root. */
export interface Outside extends Pick<AnyActorRef, 'on'> {
  subscribe(
    next: Observer<Snapshot<unknown>> | ((snapshot: Snapshot<unknown>) => void),
    error?: (error: unknown) => void,
    complete?: () => void,
  ): Subscription;
}

type Listener<T> = (value: T) => unknown;

interface Listeners {
  next?: Listener<Snapshot<unknown>> | undefined;
  error?: Listener<unknown> | undefined;
  complete?: (() => unknown) | undefined;
}

/** What a throw of somebody who listens to an actor does to it. */
type Fail = (actor: object, error: unknown) => void;

/**
 * `subscribe` and `on` for the actors of cells: what a listener throws, or rejects with, is the failure of the actor it was
 * attached to, and never reaches the host process.
 */
export function guardedListening(fail: Fail) {
  const guard = <T>(actor: object, listener: ((value: T) => unknown) | undefined) => {
    return (value: T) => {
      try {
        settle(listener?.(value), undefined, (error) => fail(actor, error));
      } catch (error) {
        fail(actor, error);
      }
    };
  };

  function subscribe(
    this: object,
    next: Listeners | Listeners['next'],
    error?: Listeners['error'],
    complete?: Listeners['complete'],
  ) {
    const observer = typeof next === 'object' ? next : { next, error, complete };
    // An error needs no listener here: it is the exit of the actor, which its parent or its cell hears of.
    const onError = guard<unknown>(this, observer.error?.bind(observer));
    const onComplete = guard<void>(this, observer.complete?.bind(observer));
    const onNext = guard<Snapshot<unknown>>(this, observer.next?.bind(observer));
    return Actor.prototype.subscribe.call(this, onNext, onError, onComplete);
  }

  function on(this: object, type: string, handler: Listener<EventObject>): Subscription {
    return Actor.prototype.on.call(this, type, guard(this, handler));
  }

  return { subscribe, on };
}
