import type { WorkerEnd } from '../../machines/worker/worker.js';
import { Capture } from '../../transport/process/capture.js';
import type { WorkerPlan } from '../worker/worker-plan.js';

/** What to run once, and with what. */
export interface ExecutionRequest extends WorkerPlan {
  /** Whether the spawn intent is on disk already: it is for a claimed attempt, whose end is recorded with the attempt. */
  readonly registered: boolean;
  /** From spawn, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  /** Withdraws the execution: before its start it never runs, afterwards it is stopped. */
  readonly signal?: AbortSignal | undefined;
}

/** How an execution ended. `withdrawn` never ran; for the others the process and its group are proven gone, or said not to be. */
export type ExecutionResult =
  | { readonly type: 'withdrawn'; readonly reason: unknown }
  | {
      readonly type: 'ended';
      readonly end: WorkerEnd;
      readonly durationMs: number;
      /** A process outside the group held a stream open past the end. */
      readonly heldOpen: boolean;
      /** Why the process could not be proven gone, if it could not. */
      readonly unproven?: string;
    };

/** One execution on its way through a pool: from the queue to a starter to a worker and back. Settled exactly once. */
export class Execution {
  readonly capture = new Capture();
  readonly #settle: (result: ExecutionResult) => void;
  readonly result: Promise<ExecutionResult>;

  constructor(readonly request: ExecutionRequest) {
    let settle: (result: ExecutionResult) => void = () => undefined;
    this.result = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
  }

  /** The first call counts; a promise ignores the others. */
  settle(result: ExecutionResult): void {
    this.#settle(result);
  }
}
