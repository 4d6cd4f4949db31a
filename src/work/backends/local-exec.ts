import { LiveExecPool } from '../../actors/exec/exec-pool.js';
import { Execution, type ExecutionRequest, type ExecutionResult } from '../../actors/exec/execution.js';
import type { FindPool } from '../../actors/handles/standing-pool.js';
import { EspalierError } from '../../errors.js';
import { judge } from '../../machines/exits/outcome.js';
import { attemptVariables } from './attempt-variables.js';
import type { Dispatch, Outcome } from './contract.js';
import type { Begun, LocalPool } from './local.js';

/** An exec pool, whichever incarnation of it lives, as executions see it. */
export interface ExecQueue {
  readonly path: string;
  /** Executions at once; 0 while it takes none. */
  readonly capacity: number;
  watch(changed: () => void): Disposable;
  /** Calls back once when it has ended for good. */
  whenClosed: LocalPool['whenClosed'];
  /** The program for one input. @throws EspalierError when the input does not fit the template */
  prepare(
    input: unknown,
    index: number,
  ): Pick<ExecutionRequest, 'command' | 'argv0' | 'shownCommand' | 'cwd' | 'env' | 'stdin'>;
  /** Hands an execution to the queue, where it waits for room as long as it takes. */
  submit(execution: Execution): void;
}

/** The exec pool of a path. One that does not live takes nothing. */
export function execQueue(
  path: string,
  { find, watch, whenClosed }: Pick<ExecQueue, 'watch' | 'whenClosed'> & { readonly find: FindPool },
): ExecQueue {
  const open = (): LiveExecPool | undefined => {
    const pool = find();
    return pool instanceof LiveExecPool && pool.isOpen ? pool : undefined;
  };
  const now = (): LiveExecPool => {
    const pool = open();
    if (pool) return pool;
    throw new EspalierError('ESP_STOPPED', `pool ${path} takes no work now`, { context: { path } });
  };
  return {
    path,
    get capacity() {
      return open()?.load().size ?? 0;
    },
    watch,
    whenClosed,
    prepare: (input, index) => now().prepare(input, index),
    submit: (execution) => now().submit(execution, true),
  };
}

/**
 * Programs, each attempt a process of its own, which is registered with its claim.
 *
 * @param store absolute path of the store's file
 */
export function execAttempts(queue: ExecQueue, store: string): LocalPool {
  return {
    path: queue.path,
    registers: true,
    methods: null,
    get capacity() {
      return queue.capacity;
    },
    watch: (changed) => queue.watch(changed),
    whenClosed: (closed) => queue.whenClosed(closed),
    begin: (dispatch, signal) => beginExecution(queue, dispatch, store, signal),
  };
}

function beginExecution(queue: ExecQueue, dispatch: Dispatch, store: string, signal: AbortSignal): Begun {
  const { spawnId, jobId, attempt, input, index, timeoutMs } = dispatch;
  if (spawnId === null) throw new EspalierError('ESP_INVALID', `pool ${queue.path}: ${jobId} has no registration`);
  const program = queue.prepare(input, index);
  const own = attemptVariables(dispatch, store);
  const execution = new Execution({ spawnId, jobId, attempt, registered: true, timeoutMs, signal, own, ...program });
  queue.submit(execution);
  return {
    output: execution.capture,
    usage: null,
    ended: execution.result.then((result) => outcomeOf(result, timeoutMs)),
  };
}

function outcomeOf(result: ExecutionResult, timeoutMs: number | null): Outcome {
  if (result.type === 'withdrawn') return { type: 'attempt.withdrawn' };
  const { durationMs, heldOpen, unproven, end } = result;
  const facts = { exit: end.exit, durationMs, heldOpen, ...(unproven === undefined ? {} : { unproven }) };
  const verdict = judge(end, timeoutMs);
  switch (verdict.outcome) {
    case 'succeeded':
    case 'interrupted':
      return { ...facts, type: 'attempt.completed', how: verdict.outcome };
    case 'failed':
    case 'timed_out':
      return { ...facts, type: 'attempt.completed', how: verdict.outcome, error: verdict.error };
    case 'lost':
      return { ...facts, type: 'attempt.lost', error: verdict.error };
    default:
      return verdict satisfies never;
  }
}
