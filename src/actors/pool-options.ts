import { EspalierError } from '../errors.js';
import { OVERFLOW_POLICIES, type OverflowPolicy } from '../machines/checkout.js';
import { type ExecProgramOptions, environmentProblem, folderProblem } from './exec-program.js';
import type { ChildOptions } from './spec.js';
import { MAX_TIMER_MS } from './time-limit.js';

export interface CommonOptions
  extends Omit<ChildOptions, 'start' | 'role' | 'type' | 'shutdown' | 'significant'>,
    ExecProgramOptions {
  /** How many workers: a whole number from 1 to 1024. */
  readonly size: number;
  /** How much work may wait (1000). */
  readonly maxQueue?: number;
  /** What a full queue does (`reject`). */
  readonly overflow?: OverflowPolicy;
  /** How long a process may take to end once it was asked to, in milliseconds (5000). */
  readonly graceMs?: number;
}

/** A pool of slots, each of which runs one program at a time. */
export interface ExecPoolOptions extends CommonOptions {
  readonly mode: 'exec';
}

/** A pool of workers that stay and serve calls over the worker protocol. */
export interface CallPoolOptions extends CommonOptions {
  readonly mode?: 'protocol';
  /** Handed to each worker before it is ready; any JSON value. */
  readonly config?: unknown;
  /** Calls in a worker at once: 1, or 32 in a worker that says it is concurrent. */
  readonly window?: number;
  /** Calls that wait in a worker beyond those (1). */
  readonly prefetch?: number;
  /** How long a worker may take from its start to `ready`, or between two signs of progress, in milliseconds (30 000). */
  readonly bootMs?: number;
  /** How long a cancelled call may go on before its worker is killed, in milliseconds (5000). */
  readonly cancelGraceMs?: number;
}

export type PoolOptions = ExecPoolOptions | CallPoolOptions;

const MAX_SIZE = 1024;
const MAX_WINDOW = 1000;

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkPool(options: PoolOptions): void {
  const problem = firstProblem([...commonProblems(options), ...(options.mode === 'exec' ? [] : callProblems(options))]);
  if (problem) throw new EspalierError('ESP_INVALID', `pool '${options.id}': ${problem}`);
}

function commonProblems(options: PoolOptions): readonly (string | undefined)[] {
  const { mode, overflow, command, cwd, env, size } = options;
  return [
    oneOf('mode', mode, ['exec', 'protocol']),
    oneOf('overflow', overflow, OVERFLOW_POLICIES),
    isCommand(command) ? undefined : 'command must be a list of words, the program first',
    folderProblem(cwd),
    env && environmentProblem(env),
    whole('size', size ?? Number.NaN, 1, MAX_SIZE),
    whole('maxQueue', options.maxQueue, 0, Number.MAX_SAFE_INTEGER),
    whole('graceMs', options.graceMs, 0, MAX_TIMER_MS),
  ];
}

function callProblems(options: Exclude<PoolOptions, { mode: 'exec' }>): readonly (string | undefined)[] {
  return [
    whole('window', options.window, 1, MAX_WINDOW),
    whole('prefetch', options.prefetch, 0, MAX_WINDOW),
    whole('bootMs', options.bootMs, 1, MAX_TIMER_MS),
    whole('cancelGraceMs', options.cancelGraceMs, 0, MAX_TIMER_MS),
  ];
}

function firstProblem(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function whole(name: string, value: number | undefined, least: number, most: number): string | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return undefined;
  return `${name} is ${value}; a whole number from ${least} to ${most}`;
}

function oneOf(name: string, value: string | undefined, known: readonly string[]): string | undefined {
  if (value === undefined || known.includes(value)) return undefined;
  return `${name} is ${JSON.stringify(value)}; one of ${known.join(', ')}`;
}

function isCommand(command: unknown): boolean {
  return Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string');
}
