import { Actor, type Subscription } from 'xstate';
import { settle } from './cell-callback.js';

type Listener = (value: unknown) => unknown;
type ListenerOrObserver = Listener | { next?: Listener; error?: Listener; complete?: () => unknown };

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

  function subscribe(this: object, next?: ListenerOrObserver, error?: Listener, complete?: () => unknown) {
    const observer = typeof next === 'object' ? next : { next, error, complete };
    // An error needs no listener here: it is the exit of the actor, which its parent or its cell hears of.
    const onError = guard<unknown>(this, observer.error?.bind(observer));
    const onComplete = guard<void>(this, observer.complete?.bind(observer));
    const onNext = guard<unknown>(this, observer.next?.bind(observer));
    return Actor.prototype.subscribe.call(this, onNext, onError, onComplete);
  }

  function on(this: object, type: string, handler: Listener): Subscription {
    return Actor.prototype.on.call(this, type, guard(this, handler));
  }

  return { subscribe, on };
}
