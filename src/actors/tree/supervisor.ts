import { EspalierError } from '../../errors.js';
import {
  type AutoShutdown,
  newSupervisor,
  type Strategy,
  SUPERVISOR_DEFAULTS,
  type SupervisorPolicy,
  type SupervisorState,
} from '../../machines/supervise/state/state.js';
import { supervisorMachine } from '../../machines/supervise/supervisor.js';
import { fields, kind, listOf, oneOf, type Rules, refused } from '../../options.js';
import { own } from '../cell/outside-events.js';
import { childPath } from './child.js';
import { checkChild, policyRules, specProblem } from './child-rules.js';
import type { ChildOptions, ChildSpec, StartContext, StartResult } from './child-spec.js';
import { spec } from './spec.js';
import { Supervision } from './supervisor-perform.js';
import type { DynamicSupervisorSpec, SupervisorSpec } from './tree-types.js';

export { type Refused, type Started, type SupervisorHandle, supervisorHandle } from './supervisor-calls.js';

/** How a supervisor supervises; Elixir's defaults: `one_for_one`, at most 3 restarts in 5000 ms. */
export interface SupervisionOptions {
  readonly strategy?: Strategy;
  readonly intensity?: number;
  /** Milliseconds. */
  readonly period?: number;
  readonly autoShutdown?: AutoShutdown;
  readonly children?: readonly ChildSpec[];
  /** Children come and go; see `dynamicSupervisor`. */
  readonly dynamic?: boolean;
  /** Of a dynamic supervisor: how many it has at most. */
  readonly maxChildren?: number;
}

/** Its mailbox has no bound: the ends of its children come through it. */
type OwnOptions = Omit<ChildOptions, 'start' | 'type' | 'role' | 'mailbox' | 'observe'>;

/** A supervisor, written down as a child of another. */
export interface SupervisorOptions extends OwnOptions, Omit<SupervisionOptions, 'dynamic' | 'maxChildren'> {}

export interface DynamicSupervisorOptions
  extends OwnOptions,
    Pick<SupervisionOptions, 'intensity' | 'period' | 'autoShutdown' | 'maxChildren'> {}

/**
 * A supervisor of children that are known beforehand: started in order, each after the one before it has started; stopped
 * in reverse.
 *
 * @throws EspalierError `ESP_INVALID` for options that do not fit
 * @example
 * import { supervisor } from 'espalier';
 * supervisor({ id: 'group', strategy: 'rest_for_one', children: [cache, queue] });
 */
export function supervisor<const Id extends string, const C extends readonly ChildSpec[] = readonly []>(
  options: SupervisorOptions & { readonly id: Id; readonly children?: C },
): SupervisorSpec<Id, C>;
export function supervisor(options: SupervisorOptions): ChildSpec {
  checkChild('supervisor', options, supervisorRule);
  return supervisorSpec(options, { ...options, dynamic: false });
}

/**
 * A supervisor of children that come and go: it begins without any, keeps no record of one that has ended, and stops them
 * together.
 *
 * @throws EspalierError `ESP_INVALID` for options that do not fit
 * @example
 * import { dynamicSupervisor } from 'espalier';
 * dynamicSupervisor({ id: 'agents', maxChildren: 100 });
 */
export function dynamicSupervisor<const Id extends string>(
  options: DynamicSupervisorOptions & { readonly id: Id },
): DynamicSupervisorSpec<Id>;
export function dynamicSupervisor(options: DynamicSupervisorOptions): ChildSpec {
  checkChild('dynamicSupervisor', options, dynamicRule);
  return supervisorSpec(options, { ...options, dynamic: true });
}

function supervisorSpec(own: OwnOptions, supervision: SupervisionOptions): ChildSpec {
  checkChildren(own.id, supervision);
  const start = supervisorLogic(supervision);
  const { id, restart, shutdown, significant, backoff } = own;
  const policy = {
    ...(restart && { restart }),
    ...(shutdown !== undefined && { shutdown }),
    ...(significant && { significant }),
  };
  return spec({ id, ...policy, backoff, type: 'supervisor', role: 'supervisor', start });
}

/** What a child specification starts to get a supervisor. */
export function supervisorLogic(options: SupervisionOptions): (context: StartContext) => StartResult {
  return (context) => {
    const supervision = new Supervision(context, options.children ?? []);
    const made = supervisorMachine.provide({
      actions: {
        perform: ({ context: { commands }, self }) => supervision.perform(commands, (event) => self.send(event)),
      },
      actors: { keeper: supervision.keeper },
    });
    const logic = own(made);
    return { logic, input: { supervision: initialSupervision(context, options), now: () => context.env.clock.now() } };
  };
}

/** The state that a machine which supervises begins with. */
export function initialSupervision({ path, env }: StartContext, options: SupervisionOptions): SupervisorState {
  const { period = SUPERVISOR_DEFAULTS.periodMs, children = [] } = options;
  const policy: SupervisorPolicy = {
    path,
    strategy: options.strategy ?? SUPERVISOR_DEFAULTS.strategy,
    dynamic: options.dynamic ?? SUPERVISOR_DEFAULTS.dynamic,
    intensity: options.intensity ?? SUPERVISOR_DEFAULTS.intensity,
    periodMs: period,
    autoShutdown: options.autoShutdown ?? SUPERVISOR_DEFAULTS.autoShutdown,
    maxChildren: options.maxChildren ?? SUPERVISOR_DEFAULTS.maxChildren,
  };
  return newSupervisor(policy, children, (id) => env.directory.lastIncarnation(childPath(path, id)));
}

/** Any number of them is `Infinity`. */
const count = kind('a count', (value) => value === Number.POSITIVE_INFINITY || isCount(value));

export const supervisionRules = {
  strategy: oneOf('one_for_one', 'one_for_all', 'rest_for_one'),
  intensity: kind('a count of restarts', isCount),
  period: kind('a positive number of milliseconds', (value) => typeof value === 'number' && value > 0),
  autoShutdown: oneOf('never', 'any_significant', 'all_significant'),
  maxChildren: count,
  children: listOf(specProblem, 'a list of child specifications'),
} satisfies Partial<Rules<SupervisionOptions>>;

const { mailbox: _, observe: __, type: ___, ...ownRules } = policyRules;
const { maxChildren, children, strategy, ...sharedRules } = supervisionRules;

const supervisorRule = fields<SupervisorOptions>({ ...ownRules, ...sharedRules, strategy, children });
const dynamicRule = fields<DynamicSupervisorOptions & { readonly children?: never; readonly strategy?: never }>({
  ...ownRules,
  ...sharedRules,
  maxChildren,
  children: refused('children are started one by one here, with startChild'),
  strategy: refused('another strategy than one_for_one needs fixed children'),
});

/** @throws EspalierError `ESP_INVALID` saying which child does not fit the others */
export function checkChildren(id: string, options: SupervisionOptions): void {
  const problem = childrenProblem(options);
  if (problem !== undefined) throw new EspalierError('ESP_INVALID', `supervisor '${id}': ${problem}`);
}

function childrenProblem({ autoShutdown = 'never', children = [] }: SupervisionOptions): string | undefined {
  const twice = firstTwice(children.map((child) => child.id));
  if (twice !== undefined) return `two children have the id '${twice}'`;
  const significant = autoShutdown === 'never' ? children.find((child) => child.significant) : undefined;
  return significant && `'${significant.id}' is significant, but autoShutdown is 'never'`;
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function firstTwice(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return undefined;
}
