import { type AnyActorLogic, type AnyStateMachine, createMachine, fromCallback } from 'xstate';

const idle: AnyActorLogic = fromCallback(() => undefined);

/**
 * The machine with all of its decisions and none of its effects: it assigns, raises and guards as before; actors that it
 * invokes, and actions that are plain functions, do nothing.
 */
export function inert(machine: AnyStateMachine): AnyStateMachine {
  const { actors, actions, guards, delays } = machine.implementations;
  return createMachine(rewrite(machine.config, STATE), {
    guards,
    delays,
    actors: Object.fromEntries(Object.keys(actors).map((name) => [name, idle])),
    actions: Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, withoutEffect(action)])),
  });
}

type Rewrite = (value: unknown) => unknown;
type Rules = Readonly<Record<string, Rewrite>>;

const actions: Rewrite = (value) => (Array.isArray(value) ? value.map(withoutEffect) : withoutEffect(value));
const transition: Rewrite = (value) => rewriteAny(value, { actions });
const invocation: Rewrite = (value) =>
  rewriteAny(value, {
    src: (src) => (typeof src === 'string' ? src : idle),
    onDone: transition,
    onError: transition,
    onSnapshot: transition,
  });

const STATE: Rules = {
  entry: actions,
  exit: actions,
  on: byName(transition),
  after: byName(transition),
  always: transition,
  onDone: transition,
  initial: transition,
  invoke: invocation,
  states: byName((state) => rewriteAny(state, STATE)),
};

/** XState's own actions (`assign`, `raise` and their like) are functions that carry how they are resolved. */
function withoutEffect<T>(action: T): T | (() => undefined) {
  return typeof action === 'function' && !('resolve' in action) ? () => undefined : action;
}

/** A copy in which each property that a rule names is what the rule makes of it. */
function rewrite<T extends object>(value: T, rules: Rules): T {
  const changed = Object.entries(value).map(([key, one]) => [key, rules[key]?.(one) ?? one]);
  return { ...value, ...Object.fromEntries(changed) };
}

function rewriteAny(value: unknown, rules: Rules): unknown {
  if (Array.isArray(value)) return value.map((one) => rewriteAny(one, rules));
  return typeof value === 'object' && value !== null ? rewrite(value, rules) : value;
}

function byName(change: Rewrite): Rewrite {
  return (value) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one)]))
      : value;
}
