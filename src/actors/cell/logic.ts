import type { AnyActorLogic } from 'xstate';

/** Any XState logic: a machine, a promise, a callback, an observable, a transition. */
export type Logic = AnyActorLogic;
