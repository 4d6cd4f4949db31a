import { z } from 'zod';
import type { Backoff } from '../../time/backoff.js';

/** `permanent` children are always restarted, `transient` ones unless their end was expected, `temporary` ones never. */
export type Restart = 'permanent' | 'transient' | 'temporary';

/** How long a child may take to stop, in milliseconds; `kill` does not ask it, `infinity` waits. */
export type Shutdown = number | 'kill' | 'infinity';

/** What a supervisor must know of a child to decide about it. */
export interface ChildPolicy {
  readonly id: string;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly type: 'worker' | 'supervisor';
  /** Whether its end counts towards the supervisor's `autoShutdown`. */
  readonly significant: boolean;
  readonly backoff?: Backoff | undefined;
}

const backoffSchema = z.object({
  initialMs: z.number().min(0),
  factor: z.number().min(1),
  maxMs: z.number().min(0),
  jitter: z.number().min(0).max(1),
});

const fields = z.object({
  id: z
    .string()
    .min(1, 'must not be empty')
    .regex(/^[^/]*$/, 'must not contain "/"'),
  restart: z.enum(['permanent', 'transient', 'temporary']).default('permanent'),
  type: z.enum(['worker', 'supervisor']).default('worker'),
  shutdown: z.union([z.number().int().min(0), z.literal('kill'), z.literal('infinity')]).optional(),
  significant: z.boolean().default(false),
  backoff: backoffSchema.optional(),
});

/** Checks a child's policy and fills in OTP's defaults. */
export const childPolicySchema = fields
  .refine(({ significant, restart }) => !significant || restart !== 'permanent', {
    path: ['significant'],
    message: 'a permanent child is always restarted: its end cannot be significant',
  })
  .transform(
    (policy): ChildPolicy => ({
      ...policy,
      shutdown: policy.shutdown ?? (policy.type === 'supervisor' ? 'infinity' : 5000),
    }),
  );
