import type { AnyActorLogic, AnyActorRef, AnyEventObject } from 'xstate';
import { isPromiseLike } from '../../listener.js';

/** What a callback needs of the cell it runs in. */
export interface CallbackHost {
  /** Delivers an event to the actor's parent. */
  sendBack(self: AnyActorRef, event: AnyEventObject): void;
  /** Makes the actor fail as if `error` had been thrown in its logic; if it has ended already, reports the fault. */
  fail(self: AnyActorRef, error: unknown): void;
  /** Reports what a disposer threw. */
  fault(self: AnyActorRef, error: unknown): void;
}

type Receiver = (event: AnyEventObject) => unknown;

interface Instance {
  readonly receivers: Set<Receiver>;
  disposer: unknown;
  disposed: boolean;
}

interface CallbackArguments {
  readonly input: unknown;
  readonly system: unknown;
  readonly self: AnyActorRef;
  readonly emit: unknown;
  sendBack(event: AnyEventObject): void;
  receive(receiver: Receiver): void;
}

/** The function that was given to `fromCallback`. */
export type Callback = (tools: CallbackArguments) => unknown;

/**
 * `fromCallback` again, for cells: XState keeps a callback's disposer where nobody can reach it, so that the disposer of
 * a crashed callback never runs, and it ignores what asynchronous callbacks, receivers and disposers reject with.
 */
export function callbackLogic(callback: Callback, host: CallbackHost): AnyActorLogic {
  const instances = new WeakMap<AnyActorRef, Instance>();

  const dispose = (self: AnyActorRef): void => {
    const instance = instances.get(self);
    if (!instance || instance.disposed) return;
    instance.disposed = true;
    instance.receivers.clear();
    runDisposer(instance.disposer, (error) => host.fault(self, error));
  };

  return {
    config: callback,
    getInitialSnapshot: (_scope, input) => ({ status: 'active', output: undefined, error: undefined, input }),
    getPersistedSnapshot: (snapshot) => snapshot,
    restoreSnapshot: (snapshot) => snapshot,

    start: (snapshot, { self, system, emit }) => {
      const instance: Instance = { receivers: new Set(), disposer: undefined, disposed: false };
      instances.set(self, instance);
      const returned = callback({
        input: snapshot.input,
        system,
        self,
        emit,
        sendBack: (event) => !instance.disposed && host.sendBack(self, event),
        receive: (receiver) => void instance.receivers.add(receiver),
      });
      settle(
        returned,
        (disposer) => {
          instance.disposer = disposer;
          if (instance.disposed) runDisposer(disposer, (error) => host.fault(self, error));
        },
        (error) => host.fail(self, error),
      );
    },

    transition: (snapshot, event, { self }) => {
      if (event.type === 'xstate.stop') {
        dispose(self);
        return { ...snapshot, status: 'stopped', error: undefined };
      }
      for (const receiver of instances.get(self)?.receivers ?? []) {
        settle(receiver(event), undefined, (error) => host.fail(self, error));
      }
      return snapshot;
    },
  };
}

/** Runs a disposer; what it throws or rejects with goes to `onError`, and it is never waited for. */
function runDisposer(disposer: unknown, onError: (error: unknown) => void): void {
  if (typeof disposer !== 'function') return;
  try {
    settle(disposer(), undefined, onError);
  } catch (error) {
    onError(error);
  }
}

/** Hands on a value, at once or when its promise is fulfilled; a rejection goes to `onError`. */
export function settle(
  value: unknown,
  onValue: ((value: unknown) => void) | undefined,
  onError: (error: unknown) => void,
): void {
  if (isPromiseLike(value)) value.then(onValue, onError);
  else onValue?.(value);
}
