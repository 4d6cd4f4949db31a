import { settle } from './cell-callback.js';

/** How XState lets a machine's actor perform its actions. */
export interface ActionScope {
  actionExecutor(action: Action): void;
}

interface Action {
  readonly type: string;
  exec?: ((info: unknown, params: unknown) => unknown) | undefined;
}

/** Hands what an asynchronous action rejects with to `fail`: XState ignores it. */
export function watchActions(scope: ActionScope, fail: (error: unknown) => void): void {
  const execute = scope.actionExecutor;
  scope.actionExecutor = (action) => {
    const { exec } = action;
    if (exec && !action.type.startsWith('xstate.')) {
      action.exec = (info, params) => settle(exec(info, params), undefined, fail);
    }
    execute(action);
  };
}
