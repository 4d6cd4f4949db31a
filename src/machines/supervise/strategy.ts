import type { Strategy, SupervisorState } from './state.js';

/** Which children a restart of `id` takes with it, in the order of their start. */
export function affected({ policy, children }: SupervisorState, id: string): readonly string[] {
  return branches[policy.strategy]([...children.keys()], id);
}

const branches: Readonly<Record<Strategy, (ids: readonly string[], id: string) => readonly string[]>> = {
  one_for_one: (_ids, id) => [id],
  one_for_all: (ids) => ids,
  rest_for_one: (ids, id) => ids.slice(ids.indexOf(id)),
};
