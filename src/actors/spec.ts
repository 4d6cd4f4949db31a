import type { AnyActorLogic } from 'xstate';
import type { z } from 'zod';
import type { ActorRole } from '../actor-role.js';
import { EspalierError } from '../errors.js';
import type { ActorExit } from '../machines/exits/exit.js';
import { type ChildPolicy, childPolicySchema, type Shutdown } from '../machines/supervise/state/policy.js';
import type { Backoff } from '../machines/time/backoff.js';
import { anything, fields, func, kind, oneOf } from '../options.js';
import type { MailboxOptions } from './cell-mailbox.js';
import type { SavedCell } from './cell-saved.js';
import { checkChild, childRule, policyRules } from './child-rules.js';
import type { TreeEnvironment } from './environment.js';
import { type Migrate, restore, type SavedMachine, savedMachine } from './saved-machine.js';
import type { MachineSpec, OtherSpec } from './tree-types.js';

/** Any XState logic: a machine, a promise, a callback, an observable, a transition. */
export type Logic = AnyActorLogic;

/** Where a child starts, and with what. */
export interface StartContext {
  readonly path: string;
  readonly incarnation: number;
  readonly env: TreeEnvironment;
}

/** What a child's `start` answers: its logic, with its input if it takes one; or that it does not want to run. */
export type StartResult = Logic | LogicWithInput | 'ignore';

interface LogicWithInput {
  readonly logic: Logic;
  readonly input?: unknown;
  /** What it goes on from. */
  readonly saved?: SavedCell | undefined;
}

/** How a supervisor starts, restarts and stops one child. */
export interface ChildSpec extends ChildPolicy {
  /** Runs at each start; a throw or a rejection is a failed start. */
  start(context: StartContext): StartResult | Promise<StartResult>;
  readonly role: ActorRole;
  readonly mailbox?: MailboxOptions | undefined;
  /** Whether its states are kept for readers after the host's death, as those of supervisors and workers are. */
  readonly observe: boolean;
  /** How it has ended, by what its logic has put out. */
  readonly exitOf?: ((exit: ActorExit, output: unknown) => ActorExit) | undefined;
  /** A machine whose state is saved. */
  readonly saved?: SavedMachine | undefined;
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
  /** Bounds what may wait for it. Without it nothing is lost, however much waits. */
  readonly mailbox?: MailboxOptions | undefined;
  /** Keeps its last state for readers after the host's death; of machines this is off, unless they are saved. */
  readonly observe?: boolean;
}

/** How a machine is written down as a child. */
export interface MachineOptions extends Omit<ChildOptions, 'start' | 'role'> {
  readonly logic: Logic;
  /** Handed to each incarnation. */
  readonly input?: unknown;
  /**
   * `none` (default): each start begins anew. `snapshot`: the state is saved after each turn in which it changed, and the next
   * start goes on from it, in this host or in a later one of the same name. See `docs/semantics.md`.
   */
  readonly persist?: 'none' | 'snapshot';
  /** Of the machine's definition; `1` by default. A saved state of another one goes through `migrate`. */
  readonly version?: string;
  readonly migrate?: Migrate;
}

/**
 * A child specification with OTP's defaults: `permanent`, 5000 ms (`infinity` for supervisors), `worker`.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit
 * @example
 * import { spec } from 'espalier';
 * spec({ id: 'clock', start: () => orderMachine }).restart; // 'permanent'
 */
export function spec<const Id extends string>(options: ChildOptions & { readonly id: Id }): OtherSpec<Id>;
export function spec(options: ChildOptions): ChildSpec;
export function spec(options: ChildOptions): ChildSpec {
  checkChild('child', options, childRule);
  const { start, mailbox, observe = false } = options;
  const policy = childPolicySchema.safeParse(options);
  if (!policy.success) throw invalid(options.id, policy.error);
  const role = options.role ?? (policy.data.type === 'supervisor' ? 'supervisor' : 'machine');
  return { ...policy.data, ...(mailbox && { mailbox }), observe, start, role };
}

const machineRule = fields<MachineOptions>({
  ...policyRules,
  logic: anything,
  input: anything,
  persist: oneOf('none', 'snapshot'),
  version: kind(
    "text, such as '1': whatever changes with the form of what is saved",
    (value) => typeof value === 'string' && value !== '',
  ),
  migrate: func,
});

/**
 * The specification of a child that runs one XState logic.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit
 * @example
 * import { machine } from 'espalier';
 * machine({ id: 'orders', logic: orderMachine, restart: 'transient' });
 */
export function machine<L extends Logic, const Id extends string>(
  options: MachineOptions & { readonly id: Id; readonly logic: L },
): MachineSpec<L, Id>;
export function machine(options: MachineOptions): ChildSpec {
  checkChild('child', options, machineRule);
  const { logic, input, persist = 'none', version, migrate, ...rest } = options;
  if (!hasMember(logic, 'transition')) {
    throw new EspalierError('ESP_INVALID', `child '${options.id}': logic is no logic of XState`);
  }
  if (persist === 'none' && (version !== undefined || migrate !== undefined)) {
    const what = version === undefined ? 'migrate' : 'version';
    throw new EspalierError(
      'ESP_INVALID',
      `child '${options.id}': ${what} means something only with persist: 'snapshot'`,
    );
  }
  if (persist === 'none') return spec({ ...rest, start: () => ({ logic, input }), role: 'machine' });
  const saved = savedMachine(options.id, logic, version, migrate);
  const start: ChildSpec['start'] = async (context) => ({ logic, input, saved: await restore(context, saved) });
  return { ...spec({ observe: true, ...rest, start, role: 'machine' }), saved };
}

/** Whether something is a whole specification, one that can be started, and not a policy alone. */
export function isChildSpec(value: unknown): value is ChildSpec {
  return hasMember(value, 'start') && typeof value.start === 'function' && 'role' in value;
}

function hasMember<K extends string>(value: unknown, name: K): value is Readonly<Record<K, unknown>> {
  return typeof value === 'object' && value !== null && name in value;
}

function invalid(id: string, error: z.ZodError): EspalierError {
  const what = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return new EspalierError('ESP_INVALID', `child '${id}': ${what}`, { context: { id } });
}
