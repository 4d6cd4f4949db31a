import type { RecycleReason } from '../worker/recycle.js';

/** A slot of a pool: it boots, serves, is closed for good, or makes way. */
export interface FleetSlot {
  readonly id: string;
  readonly phase: 'booting' | 'serving' | 'closed' | 'retiring';
  /** The worn slot that it stands in for once it serves; null for one of the pool's own number. */
  readonly replaces: string | null;
  /** Why it is to be replaced; null when it is not. */
  readonly worn: RecycleReason | null;
}

/** The slots of a pool, in the order of their start. */
export interface Fleet {
  readonly size: number;
  readonly lastId: number;
  readonly slots: readonly FleetSlot[];
}

export type FleetEvent =
  /** The slot can take work. */
  | { readonly type: 'slot.offered'; readonly id: string }
  /** The slot's worker is being replaced in its place. */
  | { readonly type: 'slot.withdrawn'; readonly id: string }
  /** The slot will not take work again. */
  | { readonly type: 'slot.closed'; readonly id: string; readonly error: unknown }
  /** The slot's worker has reached a limit, wishes to go, or somebody asked: another takes its place first. */
  | { readonly type: 'slot.worn'; readonly id: string; readonly reason: RecycleReason }
  /** The slot is no more. */
  | { readonly type: 'slot.gone'; readonly id: string }
  | { readonly type: 'pool.resize'; readonly size: number };

/** `retire`: no more work for it, and when what runs in it is over, its end. `reason` says why it is replaced, if it is. */
export type FleetCommand =
  | { readonly type: 'start'; readonly id: string }
  | { readonly type: 'retire'; readonly id: string; readonly reason: RecycleReason | null };

export interface FleetStep {
  readonly fleet: Fleet;
  readonly commands: readonly FleetCommand[];
}

/** A pool of `size` slots that are about to boot: `1` to `size`. */
export function newFleet(size: number): Fleet {
  return { size, lastId: size, slots: Array.from({ length: size }, (_, index) => newSlot(String(index + 1), null)) };
}

/** Slots of the pool's own number: neither on their way out nor still standing by as a replacement. */
export function members({ slots }: Fleet): readonly FleetSlot[] {
  return slots.filter(({ phase, replaces }) => phase !== 'retiring' && replaces === null);
}

export function countOf(fleet: Fleet, phase: FleetSlot['phase']): number {
  return fleet.slots.filter((slot) => slot.phase === phase).length;
}

/**
 * What becomes of a pool's slots. One worn slot at a time is replaced, and its replacement serves before it goes: so the
 * pool is never larger than its size by more than one, and never smaller.
 */
export function steer(fleet: Fleet, event: FleetEvent): FleetStep {
  return settle(heard(fleet, event));
}

function newSlot(id: string, replaces: string | null): FleetSlot {
  return { id, phase: 'booting', replaces, worn: null };
}

function heard(fleet: Fleet, event: FleetEvent): Fleet {
  switch (event.type) {
    case 'slot.offered':
      return changed(fleet, event.id, { phase: 'serving' });
    // Whatever made it worn has gone with its worker.
    case 'slot.withdrawn':
      return changed(fleet, event.id, { phase: 'booting', worn: null });
    case 'slot.closed':
      return changed(fleet, event.id, { phase: 'closed', worn: null });
    case 'slot.worn':
      return worn(fleet, event.id, event.reason);
    case 'slot.gone':
      return { ...fleet, slots: fleet.slots.filter(({ id }) => id !== event.id) };
    case 'pool.resize':
      return { ...fleet, size: event.size };
    default:
      return event satisfies never;
  }
}

/** A slot that makes way stays so, whatever happens in it. */
function changed(fleet: Fleet, id: string, change: Partial<FleetSlot>): Fleet {
  const slots = fleet.slots.map((slot) =>
    slot.id === id && slot.phase !== 'retiring' ? { ...slot, ...change } : slot,
  );
  return { ...fleet, slots };
}

function worn(fleet: Fleet, id: string, reason: RecycleReason): Fleet {
  const slot = fleet.slots.find((one) => one.id === id);
  return slot?.phase === 'serving' && slot.worn === null ? changed(fleet, id, { worn: reason }) : fleet;
}

function settle(fleet: Fleet): FleetStep {
  return [promote, shrink, grow, replace].reduce<FleetStep>(
    (step, rule) => {
      const next = rule(step.fleet);
      return { fleet: next.fleet, commands: [...step.commands, ...next.commands] };
    },
    { fleet, commands: [] },
  );
}

/** A replacement that serves takes its place; one that never will gives up, and the worn one goes on for now. */
function promote(fleet: Fleet): FleetStep {
  const standby = fleet.slots.find(({ replaces, phase }) => replaces !== null && phase !== 'retiring');
  if (standby === undefined || standby.phase === 'booting') return { fleet, commands: [] };
  const old = fleet.slots.find(({ id, phase }) => id === standby.replaces && phase !== 'retiring');
  if (standby.phase === 'closed') {
    const spared = old ? changed(fleet, old.id, { worn: null }) : fleet;
    return retire(spared, [standby]);
  }
  const own = changed(fleet, standby.id, { replaces: null });
  return old ? retire(own, [old]) : { fleet: own, commands: [] };
}

/** The useless go first, then the newest. */
function shrink(fleet: Fleet): FleetStep {
  const own = members(fleet);
  const use = { closed: 0, booting: 1, serving: 2, retiring: 3 } as const;
  const surplus = own.length - fleet.size;
  if (surplus <= 0) return { fleet, commands: [] };
  return retire(
    fleet,
    [...own]
      .reverse()
      .sort((a, b) => use[a.phase] - use[b.phase])
      .slice(0, surplus),
  );
}

function grow(fleet: Fleet): FleetStep {
  const missing = Math.max(0, fleet.size - members(fleet).length);
  return start(
    fleet,
    Array.from({ length: missing }, () => null),
  );
}

/** The next one waits until the last has left: a worker that makes way still has its memory. */
function replace(fleet: Fleet): FleetStep {
  const busy = fleet.slots.some(({ replaces, phase }) => replaces !== null || phase === 'retiring');
  const old = busy ? undefined : members(fleet).find((slot) => slot.worn !== null);
  return start(fleet, old ? [old.id] : []);
}

function start(fleet: Fleet, replaced: readonly (string | null)[]): FleetStep {
  const added = replaced.map((old, index) => newSlot(String(fleet.lastId + 1 + index), old));
  return {
    fleet: { ...fleet, lastId: fleet.lastId + added.length, slots: [...fleet.slots, ...added] },
    commands: added.map(({ id }) => ({ type: 'start', id })),
  };
}

function retire(fleet: Fleet, leaving: readonly FleetSlot[]): FleetStep {
  const ids = new Set(leaving.map(({ id }) => id));
  const slots = fleet.slots.map((slot) => (ids.has(slot.id) ? { ...slot, phase: 'retiring' as const } : slot));
  return {
    fleet: { ...fleet, slots },
    commands: leaving.map(({ id, worn: reason }) => ({ type: 'retire', id, reason })),
  };
}
