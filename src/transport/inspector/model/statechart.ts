import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { StateNode } from '../protocol/wire.js';

const known = new WeakMap<object, StateNode>();

/** The statechart of a machine as nested nodes. Machines that were provided with other actions share one. */
export function statechart(machine: AnyStateMachine): StateNode {
  const { config } = machine;
  const made = known.get(config) ?? nodeOf(machine.root);
  known.set(config, made);
  return made;
}

function nodeOf(node: AnyStateNode): StateNode {
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    initial: node.type === 'compound' ? (node.initial?.target[0]?.key ?? null) : null,
    transitions: transitionsOf(node),
    invokes: node.invoke.map(({ id, src }) => (typeof src === 'string' && src !== '' ? src : id)),
    states: Object.values(node.states).map(nodeOf),
  };
}

function transitionsOf(node: AnyStateNode): StateNode['transitions'] {
  return [...node.transitions.values(), node.always ?? []].flat().map(({ eventType, target, guard }) => ({
    on: eventName(eventType),
    targets: (target ?? []).map(({ id }) => id),
    guard: guardName(guard),
  }));
}

/** XState's inner names of events, as people write them. */
function eventName(type: string): string {
  if (type === '') return 'always';
  const after = /^xstate\.after\.([^.]+)\./.exec(type)?.[1];
  if (after !== undefined) return `after ${after}`;
  return type
    .replace(/^xstate\.done\.actor\./, 'done ')
    .replace(/^xstate\.error\.actor\./, 'error ')
    .replace(/^xstate\.done\.state\..*/, 'done');
}

function guardName(guard: unknown): string | null {
  if (guard === undefined || guard === null) return null;
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function') return guard.name || 'guard';
  const type: unknown = typeof guard === 'object' ? Reflect.get(guard, 'type') : undefined;
  return typeof type === 'string' ? type : 'guard';
}
