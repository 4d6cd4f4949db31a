import type { AnyActorLogic } from 'xstate';
import { z } from 'zod';
import { EspalierError } from '../errors.js';
import type { Backoff } from '../machines/backoff.js';
import { type ChildPolicy, childPolicySchema, type Shutdown } from '../machines/supervise/policy.js';
import type { ActorRole, TreeEnvironment } from './environment.js';

/** Any XState logic: a machine, a promise, a callback, an observable, a transition. */
export type Logic = AnyActorLogic;

/** Where a child starts, and with what. */
export interface StartContext {
  readonly path: string;
  readonly incarnation: number;
  readonly env: TreeEnvironment;
}

/** What a child's `start` answers: its logic, with its input if it takes one; or that it does not want to run. */
export type StartResult = Logic | { readonly logic: Logic; readonly input?: unknown } | 'ignore';

/** How a supervisor starts, restarts and stops one child. */
export interface ChildSpec extends ChildPolicy {
  /** Runs at each start; a throw or a rejection is a failed start. */
  start(context: StartContext): StartResult | Promise<StartResult>;
  readonly role: ActorRole;
}

/** What a user writes: everything but `id` and `start` has OTP's defaults. */
export interface ChildOptions {
  /** One segment of the child's path: not empty, without `/`. */
  readonly id: string;
  readonly start: ChildSpec['start'];
  /** `permanent` by default. */
  readonly restart?: ChildPolicy['restart'];
  /** Milliseconds the child gets to stop: 5000 by default, `infinity` for supervisors. */
  readonly shutdown?: Shutdown;
  readonly type?: ChildPolicy['type'];
  readonly significant?: boolean;
  /** Without it a child is restarted at once, as in OTP. */
  readonly backoff?: Backoff | undefined;
  readonly role?: ActorRole;
}

/** How a machine is written down as a child. */
export interface MachineOptions extends Omit<ChildOptions, 'start' | 'role'> {
  readonly logic: Logic;
  /** Handed to each incarnation. */
  readonly input?: unknown;
}

const startSchema = z.custom<ChildSpec['start']>((value) => typeof value === 'function', 'expected a function');

/**
 * A child specification with OTP's defaults: `permanent`, 5000 ms (`infinity` for supervisors), `worker`.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit
 * @example
 * import { spec } from 'espalier';
 * spec({ id: 'clock', start: () => clockMachine }).restart; // 'permanent'
 */
export function spec(options: ChildOptions): ChildSpec {
  const policy = childPolicySchema.safeParse(options);
  const start = startSchema.safeParse(options.start);
  if (!policy.success) throw invalid(options.id, policy.error);
  if (!start.success) throw invalid(options.id, start.error);
  const role = options.role ?? (policy.data.type === 'supervisor' ? 'supervisor' : 'machine');
  return { ...policy.data, start: start.data, role };
}

/**
 * The specification of a child that runs one XState logic.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit
 * @example
 * import { machine } from 'espalier';
 * machine({ id: 'orders', logic: ordersMachine, restart: 'transient' });
 */
export function machine(options: MachineOptions): ChildSpec {
  const { logic, input, ...rest } = options;
  return spec({ ...rest, start: () => ({ logic, input }), role: 'machine' });
}

/** Whether a policy is a whole specification, one that can be started. */
export function isChildSpec(policy: ChildPolicy): policy is ChildSpec {
  return 'start' in policy && typeof policy.start === 'function' && 'role' in policy;
}

function invalid(id: unknown, error: z.ZodError): EspalierError {
  const what = error.issues.map((issue) => `${issue.path.join('.') || 'start'}: ${issue.message}`).join('; ');
  return new EspalierError('ESP_INVALID', `child ${JSON.stringify(id)}: ${what}`, { context: { id } });
}
