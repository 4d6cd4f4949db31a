import type { StateNode } from '../protocol/wire.js';

interface Transition {
  readonly target?: readonly string[];
  readonly guard?: string;
}

/** The statechart of an actor as the config of a machine, as JSON: what a visualiser draws. */
export function definitionOf(root: StateNode): string {
  return JSON.stringify(configOf(root));
}

function configOf({ id, type, initial, transitions, invokes, states }: StateNode): Record<string, unknown> {
  return {
    id,
    ...(type !== 'atomic' && type !== 'compound' && { type }),
    ...(initial !== null && { initial }),
    ...transitionsOf(transitions),
    ...(invokes.length > 0 && { invoke: invokes.map((src) => ({ src })) }),
    ...(states.length > 0 && { states: Object.fromEntries(states.map((state) => [state.key, configOf(state)])) }),
  };
}

/** Each under the key that XState has for its kind: `on`, `after`, `always` or `onDone`. */
function transitionsOf(all: StateNode['transitions']): Record<string, unknown> {
  const on: Record<string, Transition[]> = {};
  const after: Record<string, Transition[]> = {};
  const always: Transition[] = [];
  const onDone: Transition[] = [];
  for (const { on: event, targets, guard } of all) {
    const transition = {
      ...(targets.length > 0 && { target: targets.map((target) => `#${target}`) }),
      ...(guard !== null && { guard }),
    };
    const [word = '', name] = event.split(' ', 2);
    if (word === 'after' && name !== undefined) after[name] = [...(after[name] ?? []), transition];
    else if (event === 'always') always.push(transition);
    else if (event === 'done') onDone.push(transition);
    else {
      const key = name === undefined ? event : `xstate.${word}.actor.${name}`;
      on[key] = [...(on[key] ?? []), transition];
    }
  }
  return {
    ...(Object.keys(on).length > 0 && { on }),
    ...(Object.keys(after).length > 0 && { after }),
    ...(always.length > 0 && { always }),
    ...(onDone.length > 0 && { onDone }),
  };
}
