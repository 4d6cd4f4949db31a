import { z } from 'zod';
import { messageOf } from '../../errors.js';
import { fitForJson } from '../../json/fit.js';
import type { BreakerPolicy } from '../../machines/pool/queue/breaker.js';
import { fields, func, kind, milliseconds, oneOf, type Rule, recordOf, required, whole } from '../../options.js';
import type { AskHandler } from '../desk/asks.js';
import type { RetryPolicy } from '../handles/call-options.js';
import type { Contract, MethodContract } from '../handles/method-types.js';
import { type CommonOptions, commonRules } from '../pool/pool-options.js';
import { type Stdio, stdioRule } from '../worker/stdio.js';
import type { AffinityPolicy } from './affinity.js';

/** A pool of workers that stay and serve calls over the worker protocol. */
export interface ProtocolPoolOptions extends CommonOptions {
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
  /** What becomes of what its workers print; what the system says by default, or `inherit`. */
  readonly stdio?: Stdio;
  /** Hears of questions of this pool's workers, in place of the system's handler. */
  readonly onAsk?: AskHandler;
}

const MAX_WINDOW = 1000;

const isSchema = (value: unknown): boolean => value instanceof z.ZodType;
const schema = kind('a schema of zod', isSchema);

/** What workers are sent must be found out to be no JSON before the first of them boots. */
const plainJson: Rule = (value, place) => {
  try {
    fitForJson(value, { name: place });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
};

/** What keeps something from being the options of a pool that serves calls, if anything does. */
export const callPoolRule = fields<ProtocolPoolOptions>({
  ...commonRules,
  mode: oneOf('exec', 'protocol'),
  contract: recordOf(
    fields<MethodContract>({ input: schema, output: schema }),
    'an object of methods with { input, output }',
  ),
  config: plainJson,
  window: whole(1, MAX_WINDOW),
  prefetch: whole(0, MAX_WINDOW),
  bootMs: milliseconds(1),
  cancelGraceMs: milliseconds(0),
  heartbeatMs: milliseconds(1),
  silenceMs: milliseconds(1),
  maxCalls: whole(1),
  ttl: milliseconds(1),
  idleTtl: milliseconds(1),
  maxRss: whole(1),
  affinity: oneOf('hint', 'strict-queue', 'strict-fail'),
  sessionTtl: milliseconds(1),
  maxSessions: whole(1),
  retry: fields<RetryPolicy>({ attempts: whole(1), initialMs: milliseconds(0), maxMs: milliseconds(0) }),
  breaker: fields<BreakerPolicy>({ failures: required(whole(1)), resetMs: required(milliseconds(1)) }),
  stdio: stdioRule,
  onAsk: func,
});
