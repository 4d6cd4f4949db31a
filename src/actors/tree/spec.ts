import type { z } from 'zod';
import { EspalierError } from '../../errors.js';
import { childPolicySchema } from '../../machines/supervise/state/child-policy.js';
import { anything, fields, func, kind, oneOf } from '../../options.js';
import type { Logic } from '../cell/logic.js';
import { restore } from '../durable/restore.js';
import { type Migrate, savedMachine } from '../durable/saved-machine.js';
import { checkChild, childRule, policyRules } from './child-rules.js';
import type { ChildOptions, ChildSpec } from './child-spec.js';
import type { MachineSpec, OtherSpec } from './tree-types.js';

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
