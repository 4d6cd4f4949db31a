import type { RecycleReason } from '../worker/recycle.js';

/** A seat of a pool: it boots, serves, is closed for good, or makes way. */
export interface FleetSeat {
  readonly id: string;
  readonly phase: 'booting' | 'serving' | 'closed' | 'retiring';
  /** The worn seat that it stands in for once it serves; null for one of the pool's own number. */
  readonly replaces: string | null;
  /** Why it is to be replaced; null when it is not. */
  readonly worn: RecycleReason | null;
}

/** The seats of a pool, in the order of their start. */
export interface Fleet {
  readonly size: number;
  readonly lastId: number;
  readonly seats: readonly FleetSeat[];
}

export type FleetEvent =
  /** The seat can take work. */
  | { readonly type: 'seat.offered'; readonly id: string }
  /** The seat's worker is being replaced in its place. */
  | { readonly type: 'seat.withdrawn'; readonly id: string }
  /** The seat will not take work again. */
  | { readonly type: 'seat.closed'; readonly id: string; readonly error: unknown }
  /** The seat's worker has reached a limit, wishes to go, or somebody asked: another takes its place first. */
  | { readonly type: 'seat.worn'; readonly id: string; readonly reason: RecycleReason }
  /** The seat is no more. */
  | { readonly type: 'seat.gone'; readonly id: string }
  | { readonly type: 'pool.resize'; readonly size: number };

/** `retire`: no more work for it, and when what runs in it is over, its end. `reason` says why it is replaced, if it is. */
export type FleetCommand =
  | { readonly type: 'start'; readonly id: string }
  | { readonly type: 'retire'; readonly id: string; readonly reason: RecycleReason | null };

export interface FleetStep {
  readonly fleet: Fleet;
  readonly commands: readonly FleetCommand[];
}

/** A pool of `size` seats that are about to boot: `1` to `size`. */
export function newFleet(size: number): Fleet {
  return { size, lastId: size, seats: Array.from({ length: size }, (_, index) => newSeat(String(index + 1), null)) };
}

/** Seats of the pool's own number: neither on their way out nor still standing by as a replacement. */
export function members({ seats }: Fleet): readonly FleetSeat[] {
  return seats.filter(({ phase, replaces }) => phase !== 'retiring' && replaces === null);
}

export function countOf(fleet: Fleet, phase: FleetSeat['phase']): number {
  return fleet.seats.filter((seat) => seat.phase === phase).length;
}

/**
 * What becomes of a pool's seats. One worn seat at a time is replaced, and its replacement serves before it goes: so the
 * pool is never larger than its size by more than one, and never smaller.
 */
export function steer(fleet: Fleet, event: FleetEvent): FleetStep {
  return settle(heard(fleet, event));
}

function newSeat(id: string, replaces: string | null): FleetSeat {
  return { id, phase: 'booting', replaces, worn: null };
}

function heard(fleet: Fleet, event: FleetEvent): Fleet {
  switch (event.type) {
    case 'seat.offered':
      return changed(fleet, event.id, { phase: 'serving' });
    // Whatever made it worn has gone with its worker.
    case 'seat.withdrawn':
      return changed(fleet, event.id, { phase: 'booting', worn: null });
    case 'seat.closed':
      return changed(fleet, event.id, { phase: 'closed', worn: null });
    case 'seat.worn':
      return worn(fleet, event.id, event.reason);
    case 'seat.gone':
      return { ...fleet, seats: fleet.seats.filter(({ id }) => id !== event.id) };
    case 'pool.resize':
      return { ...fleet, size: event.size };
    default:
      return event satisfies never;
  }
}

/** A seat that makes way stays so, whatever happens in it. */
function changed(fleet: Fleet, id: string, change: Partial<FleetSeat>): Fleet {
  const seats = fleet.seats.map((seat) =>
    seat.id === id && seat.phase !== 'retiring' ? { ...seat, ...change } : seat,
  );
  return { ...fleet, seats };
}

function worn(fleet: Fleet, id: string, reason: RecycleReason): Fleet {
  const seat = fleet.seats.find((one) => one.id === id);
  return seat?.phase === 'serving' && seat.worn === null ? changed(fleet, id, { worn: reason }) : fleet;
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
  const standby = fleet.seats.find(({ replaces, phase }) => replaces !== null && phase !== 'retiring');
  if (standby === undefined || standby.phase === 'booting') return { fleet, commands: [] };
  const old = fleet.seats.find(({ id, phase }) => id === standby.replaces && phase !== 'retiring');
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
  const busy = fleet.seats.some(({ replaces, phase }) => replaces !== null || phase === 'retiring');
  const old = busy ? undefined : members(fleet).find((seat) => seat.worn !== null);
  return start(fleet, old ? [old.id] : []);
}

function start(fleet: Fleet, replaced: readonly (string | null)[]): FleetStep {
  const added = replaced.map((old, index) => newSeat(String(fleet.lastId + 1 + index), old));
  return {
    fleet: { ...fleet, lastId: fleet.lastId + added.length, seats: [...fleet.seats, ...added] },
    commands: added.map(({ id }) => ({ type: 'start', id })),
  };
}

function retire(fleet: Fleet, leaving: readonly FleetSeat[]): FleetStep {
  const ids = new Set(leaving.map(({ id }) => id));
  const seats = fleet.seats.map((seat) => (ids.has(seat.id) ? { ...seat, phase: 'retiring' as const } : seat));
  return {
    fleet: { ...fleet, seats },
    commands: leaving.map(({ id, worn: reason }) => ({ type: 'retire', id, reason })),
  };
}
