import { OVERFLOW_POLICIES, type OverflowPolicy } from '../../machines/pool/queue/checkout.js';
import { kind, listOf, milliseconds, oneOf, type Rules, required, whole } from '../../options.js';
import { policyRules } from '../tree/child-rules.js';
import type { ChildOptions } from '../tree/child-spec.js';
import type { ProgramOptions } from '../worker/program.js';
import { programRules } from '../worker/program-rules.js';
import { MAX_SIZE } from './fleet-keeper.js';

/** What a pool of either kind may be told. */
export interface CommonOptions extends Pick<ChildOptions, 'id' | 'restart' | 'backoff'>, ProgramOptions {
  /** How many workers: a whole number from 1 to 1024. */
  readonly size: number;
  /** How much work may wait (1000). */
  readonly maxQueue?: number;
  /** What a full queue does (`reject`). */
  readonly overflow?: OverflowPolicy;
  /** Names of queues whose durable jobs it does beside those of its own, such as `gpu`. */
  readonly serves?: readonly string[];
  /** How long a process may take to end once it was asked to, in milliseconds (5000). */
  readonly graceMs?: number;
}

/** What `CommonOptions` must fit. */
export const commonRules: Rules<CommonOptions> = {
  ...programRules,
  id: policyRules.id,
  restart: policyRules.restart,
  backoff: policyRules.backoff,
  size: required(whole(1, MAX_SIZE)),
  maxQueue: whole(0),
  overflow: oneOf(...OVERFLOW_POLICIES),
  serves: listOf(
    kind('the name of a queue', (value) => typeof value === 'string' && value !== ''),
    'a list of queues',
  ),
  graceMs: milliseconds(0),
};

/** What both kinds of pool make of their options. */
export function commonParts({ size, maxQueue = 1000, overflow = 'reject', serves = [] }: CommonOptions) {
  return { size, maxQueue, overflow, serves };
}
