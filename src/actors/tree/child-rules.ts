import { ACTOR_ROLES } from '../../actor-role.js';
import {
  anything,
  checkOptions,
  fields,
  flag,
  func,
  kind,
  number,
  oneOf,
  type Rule,
  type Rules,
  required,
  text,
  whole,
} from '../../options.js';
import type { ChildOptions, ChildSpec } from './child-spec.js';

/** What can stand in a path that people read, type and paste. */
const SHOWABLE = /^(?!\.{1,2}$)\P{Cc}*$/u;

const id = required((value, place) => {
  const problem = text(value, place);
  if (problem !== undefined) return problem;
  if (value === '') return `${place}: must not be empty`;
  if (String(value).includes('/')) return `${place}: must not contain "/", for it is one segment of a path`;
  return SHOWABLE.test(String(value)) ? undefined : `${place}: must not be a dot alone, nor contain control characters`;
});

/** What every child may be told. */
export const policyRules = {
  id,
  restart: oneOf('permanent', 'transient', 'temporary'),
  shutdown: kind("milliseconds, 'kill' or 'infinity'", (value) =>
    typeof value === 'string'
      ? value === 'kill' || value === 'infinity'
      : typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
  ),
  type: oneOf('worker', 'supervisor'),
  significant: flag,
  backoff: fields({
    initialMs: required(number(0)),
    factor: required(number(1)),
    maxMs: required(number(0)),
    jitter: required(number(0, 1)),
  }),
  mailbox: fields({ limit: required(whole(1)), policy: required(oneOf('reject', 'drop-oldest')) }),
  observe: flag,
} satisfies Partial<Rules<ChildOptions>>;

const childRules: Rules<ChildOptions> = { ...policyRules, start: required(func), role: oneOf(...ACTOR_ROLES) };

/** What `spec` takes. */
export const childRule = fields(childRules);

const specRule = fields<ChildSpec>({
  ...childRules,
  restart: required(childRules.restart),
  role: required(childRules.role),
  exitOf: anything,
  saved: anything,
});

/** What keeps something from being a child specification; undefined when nothing does. */
export function specProblem(value: unknown, place: string): string | undefined {
  if (typeof value !== 'object' || value === null || !('role' in value)) {
    return `${place || 'what is to be started'} is no child specification: machine(…), pool(…), service(…), supervisor(…) or spec(…) makes one`;
  }
  return specRule(value, place);
}

/** `child 'orders'`, for messages; what was given may be anything. */
function named(what: string, options: unknown): string {
  const own = typeof options === 'object' && options !== null && 'id' in options ? options.id : undefined;
  return typeof own === 'string' ? `${what} '${own}'` : what;
}

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkChild(what: string, options: unknown, rule: Rule): void {
  checkOptions(() => named(what, options), options, rule);
}
