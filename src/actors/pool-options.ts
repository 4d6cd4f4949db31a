import type { BreakerPolicy } from '../machines/breaker.js';
import { OVERFLOW_POLICIES, type OverflowPolicy } from '../machines/checkout.js';
import type { AffinityPolicy } from './affinity.js';
import type { AskHandler } from './asks.js';
import type { RetryPolicy } from './call-options.js';
import { MAX_SIZE } from './fleet-keeper.js';
import type { Contract } from './method-types.js';
import { oneOf, programProblems, refuse, whole } from './option-problems.js';
import type { ProgramOptions } from './program.js';
import type { ChildOptions } from './spec.js';
import { MAX_TIMER_MS } from './time-limit.js';

export interface CommonOptions extends Pick<ChildOptions, 'id' | 'restart' | 'backoff'>, ProgramOptions {
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
  /** The program and its arguments, with places for an input: `{}` the input, `{#}` the index, `{.name}` a field. */
  readonly command: CommonOptions['command'];
  readonly mode: 'exec';
}

/** A pool of workers that stay and serve calls over the worker protocol. */
export interface CallPoolOptions extends CommonOptions {
  readonly mode?: 'protocol';
  /** What its methods take and answer: calls of others are refused, and both sides of each call are checked. */
  readonly contract?: Contract;
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
  /** Between two heartbeats, in milliseconds (5000). */
  readonly heartbeatMs?: number;
  /** How long a worker may say nothing and use no CPU before it is taken for stuck and killed, in milliseconds (60 000). */
  readonly silenceMs?: number;
  /** Calls after which a worker is replaced, spread by a tenth; none by default. */
  readonly maxCalls?: number;
  /** Age at which a worker is replaced, in milliseconds. Ages and memory are looked at with each heartbeat. */
  readonly ttl?: number;
  /** Time since its last call after which a worker is replaced, in milliseconds. */
  readonly idleTtl?: number;
  /** Resident memory of its process beyond which a worker is replaced, in bytes. */
  readonly maxRss?: number;
  /** How strictly the calls of one `session` go to one worker (`hint`). */
  readonly affinity?: AffinityPolicy;
  /** Since its last call a session is remembered so long, in milliseconds (3 600 000). */
  readonly sessionTtl?: number;
  /** Sessions that are remembered at once (10 000). */
  readonly maxSessions?: number;
  /** Tries again what its method calls retryable, and what a worker's death left open if it is idempotent; off by default. */
  readonly retry?: RetryPolicy;
  /** Refuses calls for a while after so many failed in a row; off by default. */
  readonly breaker?: BreakerPolicy;
  /** Hears of questions of this pool's workers, in place of the system's handler. */
  readonly onAsk?: AskHandler;
}

export type PoolOptions = ExecPoolOptions | CallPoolOptions;

const MAX_WINDOW = 1000;

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkPool(options: PoolOptions): void {
  const problems = [...commonProblems(options), ...(options.mode === 'exec' ? [] : callProblems(options))];
  refuse(`pool '${options.id}'`, problems);
}

/** What both kinds of pool make of their options. */
export function commonParts({ size, maxQueue = 1000, overflow = 'reject' }: CommonOptions) {
  return { size, maxQueue, overflow };
}

function commonProblems(options: PoolOptions): readonly (string | undefined)[] {
  const { mode, overflow, size } = options;
  return [
    oneOf('mode', mode, ['exec', 'protocol']),
    oneOf('overflow', overflow, OVERFLOW_POLICIES),
    ...programProblems(options),
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
    whole('heartbeatMs', options.heartbeatMs, 1, MAX_TIMER_MS),
    whole('silenceMs', options.silenceMs, 1, MAX_TIMER_MS),
    whole('maxCalls', options.maxCalls, 1, Number.MAX_SAFE_INTEGER),
    whole('ttl', options.ttl, 1, Number.MAX_SAFE_INTEGER),
    whole('idleTtl', options.idleTtl, 1, Number.MAX_SAFE_INTEGER),
    whole('maxRss', options.maxRss, 1, Number.MAX_SAFE_INTEGER),
    oneOf('affinity', options.affinity, ['hint', 'strict-queue', 'strict-fail']),
    whole('sessionTtl', options.sessionTtl, 1, Number.MAX_SAFE_INTEGER),
    whole('maxSessions', options.maxSessions, 1, Number.MAX_SAFE_INTEGER),
    whole('retry.attempts', options.retry?.attempts, 1, Number.MAX_SAFE_INTEGER),
    whole('retry.initialMs', options.retry?.initialMs, 0, MAX_TIMER_MS),
    whole('retry.maxMs', options.retry?.maxMs, 0, MAX_TIMER_MS),
    whole('breaker.failures', options.breaker?.failures, 1, Number.MAX_SAFE_INTEGER),
    whole('breaker.resetMs', options.breaker?.resetMs, 1, MAX_TIMER_MS),
  ];
}
