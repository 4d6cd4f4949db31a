import type { Children } from './state/children.js';
import type { Strategy, SupervisorState } from './state/state.js';

/** Which children a restart of `id` takes with it, in the order of their start. */
export function affected({ policy, children }: SupervisorState, id: string): readonly string[] {
  return branches[policy.strategy](children, id);
}

const branches: Readonly<Record<Strategy, (children: Children, id: string) => readonly string[]>> = {
  one_for_one: (_children, id) => [id],
  one_for_all: (children) => children.ids(),
  rest_for_one: (children, id) => fromOn(children.ids(), id),
};

function fromOn(ids: readonly string[], id: string): readonly string[] {
  return ids.slice(ids.indexOf(id));
}
