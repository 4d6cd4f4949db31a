import type { AnyActorLogic, AnyEventObject, Snapshot } from 'xstate';

/** A machine, by what cells must know of it. */
export interface MachineLogic extends AnyActorLogic {
  readonly id: string;
  readonly definition: unknown;
  /** What its configuration gives under that name. */
  readonly schemas: unknown;
  readonly implementations: { readonly actors: Readonly<Record<string, unknown>> };
  /** @throws when there is no such state */
  resolveState(state: { value: unknown; context: unknown }): unknown;
  readonly events: readonly string[];
  getTransitionData(snapshot: unknown, event: AnyEventObject): readonly { readonly eventType: string }[];
}

/** Whether a logic is a machine; by its form, so that a second installed XState is recognised too. */
export function isMachine(logic: AnyActorLogic): logic is MachineLogic {
  return 'getTransitionData' in logic && typeof logic.getTransitionData === 'function';
}

/** Whether a logic names an event among those it handles; wildcards do not count. */
export function handles(logic: AnyActorLogic, type: string): boolean {
  return isMachine(logic) && logic.events.includes(type);
}

/** Whether a child's error would meet nothing but a wildcard, which was not written to handle it. */
export function isSwallowed(logic: AnyActorLogic, snapshot: unknown, event: AnyEventObject): boolean {
  if (!isMachine(logic)) return false;
  const transitions = logic.getTransitionData(snapshot, event);
  return transitions.every(({ eventType }) => !eventType.startsWith('xstate.error.'));
}

interface MachineSnapshot {
  readonly children: Readonly<Record<string, unknown>>;
  readonly _nodes: readonly { readonly invoke: readonly { readonly id: string }[] }[];
}

function isMachineSnapshot(snapshot: object): snapshot is MachineSnapshot {
  return 'children' in snapshot && '_nodes' in snapshot && Array.isArray(snapshot._nodes);
}

/**
 * A parent's snapshot without its finished children, which XState keeps for ever. What a state invokes stays until the
 * state is left, so that events sent to it by id find it, dead or alive.
 */
export function withoutFinished(
  snapshot: Snapshot<unknown>,
  finished: readonly { readonly id: string }[],
): Snapshot<unknown> {
  if (snapshot.status !== 'active' || !isMachineSnapshot(snapshot)) return snapshot;
  const invoked = new Set(snapshot._nodes.flatMap((node) => node.invoke.map(({ id }) => id)));
  const gone = new Set<unknown>(finished.filter((child) => !invoked.has(child.id)));
  const kept = Object.entries(snapshot.children).filter(([, child]) => !gone.has(child));
  if (kept.length === Object.keys(snapshot.children).length) return snapshot;
  return Object.assign({}, snapshot, { children: Object.fromEntries(kept) });
}
