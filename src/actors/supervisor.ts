import {
  type AutoShutdown,
  newSupervisor,
  type Strategy,
  SUPERVISOR_DEFAULTS,
  type SupervisorPolicy,
  type SupervisorState,
} from '../machines/supervise/state.js';
import { supervisorMachine } from '../machines/supervisor.js';
import { childPath } from './child.js';
import { oneOf, type Problem, refuse } from './option-problems.js';
import { type ChildOptions, type ChildSpec, isChildSpec, type StartContext, type StartResult, spec } from './spec.js';
import { Supervision } from './supervisor-perform.js';

import type { DynamicSupervisorSpec, SupervisorSpec } from './tree-types.js';

export { type Refused, type Started, type SupervisorHandle, supervisorHandle } from './supervisor-calls.js';
export { Supervision } from './supervisor-perform.js';

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
  return supervisorSpec(options, { ...options, dynamic: true });
}

function supervisorSpec(own: OwnOptions, supervision: SupervisionOptions): ChildSpec {
  checkSupervision(own.id, supervision);
  const start = supervisorLogic(supervision);
  return spec({ ...own, mailbox: undefined, type: 'supervisor', role: 'supervisor', start });
}

/** What a child specification starts to get a supervisor. */
export function supervisorLogic(options: SupervisionOptions): (context: StartContext) => StartResult {
  return (context) => {
    const supervision = new Supervision(context, options.children ?? []);
    const logic = supervisorMachine.provide({
      actions: {
        perform: ({ context: { commands }, self }) => supervision.perform(commands, (event) => self.send(event)),
      },
      actors: { keeper: supervision.keeper },
    });
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

const STRATEGIES: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];
const AUTO_SHUTDOWNS: readonly AutoShutdown[] = ['never', 'any_significant', 'all_significant'];

/** @throws EspalierError `ESP_INVALID` saying which option does not fit */
export function checkSupervision(id: string, options: SupervisionOptions): void {
  const { intensity = 0, period = 1, maxChildren = 0 } = options;
  refuse(`supervisor '${id}'`, [
    oneOf('strategy', options.strategy, STRATEGIES),
    oneOf('autoShutdown', options.autoShutdown, AUTO_SHUTDOWNS),
    Number.isInteger(intensity) && intensity >= 0 ? undefined : `intensity ${intensity} is not a count`,
    isPositive(period) ? undefined : `period ${period} is not a positive number of milliseconds`,
    isCount(maxChildren) ? undefined : `maxChildren ${maxChildren} is not a count`,
    ...childProblems(options),
  ]);
}

function childProblems({ autoShutdown = 'never', dynamic, strategy, children = [] }: SupervisionOptions): Problem[] {
  if (!Array.isArray(children) || !children.every(isChildSpec)) return ['children must be child specifications'];
  const twice = firstTwice(children.map((child) => child.id));
  const significant = autoShutdown === 'never' ? children.find((child) => child.significant) : undefined;
  return [
    twice === undefined ? undefined : `two children have the id '${twice}'`,
    significant && `'${significant.id}' is significant, but autoShutdown is 'never'`,
    dynamic && children.length > 0 ? 'children are started one by one here, with startChild' : undefined,
    dynamic && (strategy ?? 'one_for_one') !== 'one_for_one'
      ? `strategy '${strategy}' needs fixed children`
      : undefined,
  ];
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

/** Any number of them is `Infinity`. */
function isCount(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 0);
}

function firstTwice(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return undefined;
}
