import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import type { PendingTimer } from './timers.js';

/** A delayed event that was still to come when its cell was saved. Actors are named by the ids that lead to them. */
export interface SavedTimer {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly event: AnyEventObject;
  readonly id?: string | undefined;
  /** When it is due, in milliseconds since the epoch. */
  readonly due: number;
}

/** What a cell can go on from. */
export interface SavedCell {
  readonly snapshot: Snapshot<unknown>;
  readonly timers: readonly SavedTimer[];
}

/** Whoever saves a cell. */
export interface CellKeeper {
  /** Something in the cell has changed. */
  changed(cell: { persist(): SavedCell; fail(error: unknown): void }): void;
  /** It is about to stop or to crash: what is to be saved must be taken now. Nothing that follows is saved. */
  freeze(cell: { persist(): SavedCell }): void;
  /** It has finished: there is nothing to go on from. */
  finished(): void;
}

interface Persisted {
  readonly status: string;
  readonly children?: Readonly<Record<string, { readonly snapshot: Persisted }>>;
}

/** Whether an actor below has crashed: whoever is above it is about to. */
export function hasFailedBelow({ children = {} }: Persisted): boolean {
  return Object.values(children).some(({ snapshot }) => snapshot.status === 'error' || hasFailedBelow(snapshot));
}

/** An actor with the ids that lead to it from the root of its cell. */
export interface NamedActor {
  readonly ids: readonly string[];
  readonly actor: AnyActorRef;
}

/** Timers with the names of their actors; those that lead out of the cell are left out. */
export function savedTimers(pending: readonly PendingTimer[], actors: Iterable<NamedActor>): SavedTimer[] {
  if (pending.length === 0) return [];
  const ids = new Map(Array.from(actors, (named) => [named.actor, named.ids]));
  return pending.flatMap(({ source, target, event, id, due }) => {
    const [from, to] = [ids.get(source), ids.get(target)];
    return from && to ? [{ source: from, target: to, event, id, due }] : [];
  });
}

/** Saved timers with their actors; those whose actors are not there any more are left out. */
export function findActors(timers: readonly SavedTimer[], actors: Iterable<NamedActor>): PendingTimer[] {
  if (timers.length === 0) return [];
  const byIds = new Map(Array.from(actors, (named) => [JSON.stringify(named.ids), named.actor]));
  return timers.flatMap(({ source, target, ...timer }) => {
    const [from, to] = [byIds.get(JSON.stringify(source)), byIds.get(JSON.stringify(target))];
    return from && to ? [{ ...timer, id: timer.id, source: from, target: to }] : [];
  });
}
