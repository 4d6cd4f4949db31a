import { settle } from './callback.js';

/** How XState lets a machine's actor perform its actions. */
export interface ActionScope {
  actionExecutor: Perform;
}

type Perform = (action: Action) => void;
type Fail = (error: unknown) => void;

interface Action {
  readonly type: string;
  exec?: ((info: unknown, params: unknown) => unknown) | undefined;
}

/** Performs the actions of one actor, and hands what an asynchronous one rejects with to `fail`: XState ignores it. */
class Performer {
  #execute: Perform | undefined;
  #fail: Fail | undefined;

  constructor(execute: Perform, fail: Fail) {
    this.#execute = execute;
    this.#fail = fail;
  }

  readonly perform: Perform = (action) => {
    const { exec } = action;
    const fail = this.#fail;
    if (exec && fail && !action.type.startsWith('xstate.')) {
      const watched: Action['exec'] = (info, params) => settle(exec(info, params), undefined, fail);
      action.exec = watched;
    }
    this.#execute?.(action);
  };

  release(): void {
    this.#execute = undefined;
    this.#fail = undefined;
  }
}

/**
 * What a machine's actor gives its logic, with actions that are watched.
 *
 * At each step XState puts an executor of its own in the place of the actor's, which notes the actions for those who step a
 * machine by hand. V8 expects a function that is assigned to a property to live long, and makes it where only the slow
 * collections look: until the next of them it would keep the actor, with all that this one knows, however long ago it
 * ended. So nothing can be put in its place here, and what is given out forgets its actor in the end.
 */
export class WatchedScope implements ActionScope {
  readonly #performer: Performer;

  constructor(scope: ActionScope, fail: Fail) {
    this.#performer = new Performer(scope.actionExecutor, fail);
    Object.assign(this, scope);
  }

  get actionExecutor(): Perform {
    return this.#performer.perform;
  }

  set actionExecutor(_executor: Perform) {
    // See above.
  }

  /** The actor has ended: it performs nothing any more. */
  release(): void {
    this.#performer.release();
  }
}
