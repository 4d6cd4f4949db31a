import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Fleet,
  type FleetCommand,
  type FleetEvent,
  members,
  newFleet,
  steer,
} from '../../../src/machines/pool/fleet.js';

function run(first: Fleet, ...events: FleetEvent[]): { fleet: Fleet; commands: readonly FleetCommand[] } {
  let fleet = first;
  const commands: FleetCommand[] = [];
  for (const event of events) {
    const step = steer(fleet, event);
    fleet = step.fleet;
    commands.push(...step.commands);
  }
  return { fleet, commands };
}

const offered = (id: string): FleetEvent => ({ type: 'seat.offered', id });
const withdrawn = (id: string): FleetEvent => ({ type: 'seat.withdrawn', id });
const closed = (id: string): FleetEvent => ({ type: 'seat.closed', id, error: null });
const worn = (id: string): FleetEvent => ({ type: 'seat.worn', id, reason: 'ttl' });
const gone = (id: string): FleetEvent => ({ type: 'seat.gone', id });
const resize = (size: number): FleetEvent => ({ type: 'pool.resize', size });
const served = (size: number) => run(newFleet(size), ...newFleet(size).seats.map(({ id }) => offered(id))).fleet;

describe('a worn worker', () => {
  it('goes only when its replacement serves', () => {
    const begun = run(served(2), worn('1'));
    expect(begun.commands).toEqual([{ type: 'start', id: '3' }]);
    const { fleet, commands } = run(begun.fleet, offered('3'));
    expect(commands).toEqual([{ type: 'retire', id: '1', reason: 'ttl' }]);
    expect(members(fleet).map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('keeps the first reason for which it goes, and goes only if it serves', () => {
    const begun = run(served(2), worn('1'), { type: 'seat.worn', id: '1', reason: 'wish' });
    expect(run(begun.fleet, offered('3')).commands).toEqual([{ type: 'retire', id: '1', reason: 'ttl' }]);
    expect(run(served(2), worn('9')).commands).toEqual([]);
    expect(run(newFleet(2), worn('1')).commands).toEqual([]);
  });

  it('makes way and stays out, whatever it still says', () => {
    const leaving = run(served(2), worn('1'), offered('3')).fleet;
    const { fleet, commands } = run(leaving, offered('1'), closed('1'), withdrawn('1'), worn('1'));
    expect(commands).toEqual([]);
    expect(fleet.seats.find(({ id }) => id === '1')).toMatchObject({ phase: 'retiring' });
    expect(members(fleet).map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('is itself, and not another, when its replacement serves or fails', () => {
    const second = run(served(3), worn('2'));
    expect(run(second.fleet, offered('4')).commands).toEqual([{ type: 'retire', id: '2', reason: 'ttl' }]);
    const failed = run(second.fleet, closed('4'));
    expect(failed.commands).toEqual([{ type: 'retire', id: '4', reason: null }]);
    expect(failed.fleet.seats.find(({ id }) => id === '2')).toMatchObject({ phase: 'serving', worn: null });
  });

  it('waits until the one before it is replaced', () => {
    const { fleet, commands } = run(served(2), worn('1'), worn('2'));
    expect(commands).toEqual([{ type: 'start', id: '3' }]);
    const replaced = run(fleet, offered('3'));
    expect(replaced.commands).toEqual([{ type: 'retire', id: '1', reason: 'ttl' }]);
    expect(run(replaced.fleet, gone('1')).commands).toEqual([{ type: 'start', id: '4' }]);
  });

  it('goes on when its replacement never serves', () => {
    const { fleet, commands } = run(served(1), worn('1'), closed('2'));
    expect(commands.at(-1)).toEqual({ type: 'retire', id: '2', reason: null });
    expect(members(fleet)).toMatchObject([{ id: '1', phase: 'serving', worn: null }]);
    expect(run(fleet, gone('2'), worn('1')).commands).toEqual([{ type: 'start', id: '3' }]);
  });

  it('goes on also while its replacement, which never served, is on its way out', () => {
    const failed = run(served(1), worn('1'), closed('2')).fleet;
    expect(run(failed, offered('1'), withdrawn('1'), offered('1')).commands).toEqual([]);
  });

  it('that has gone by itself leaves its place to its replacement', () => {
    const { fleet, commands } = run(served(2), worn('1'), gone('1'), offered('3'));
    expect(commands).toEqual([
      { type: 'start', id: '3' },
      { type: 'start', id: '4' },
      { type: 'retire', id: '4', reason: null },
    ]);
    expect(members(fleet).map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('that makes way already is not asked again when its replacement serves', () => {
    const leaving = run(served(2), worn('1'), resize(0));
    expect(leaving.commands.slice(1).map(({ id }) => id)).toEqual(['2', '1']);
    expect(run(leaving.fleet, offered('3')).commands).toEqual([{ type: 'retire', id: '3', reason: null }]);
  });

  it('that is not serving is fresh soon by itself', () => {
    expect(run(newFleet(1), worn('1')).commands).toEqual([]);
    expect(run(served(1), withdrawn('1'), worn('1')).commands).toEqual([]);
  });
});

describe('a pool that is resized', () => {
  it('loses none of those it has when it grows by one', () => {
    expect(run(served(3), resize(4)).commands).toEqual([{ type: 'start', id: '4' }]);
  });

  it('starts what is missing, with ids that were never used', () => {
    expect(run(served(2), resize(4)).commands).toEqual([
      { type: 'start', id: '3' },
      { type: 'start', id: '4' },
    ]);
  });

  it('lets the useless go first, then the newest', () => {
    const fleet = run(served(4), closed('1'), withdrawn('2')).fleet;
    const retired = run(fleet, resize(1)).commands.map((command) => command.id);
    expect(retired).toEqual(['1', '2', '4']);
  });
});

/** What a pool may never be, whatever happens to its seats in whatever order. */
describe('any history', () => {
  const id = fc.integer({ min: 1, max: 12 }).map(String);
  const event: fc.Arbitrary<FleetEvent> = fc.oneof(
    ...[offered, withdrawn, closed, worn, gone].map((make) => id.map(make)),
    fc.integer({ min: 1, max: 5 }).map(resize),
  );

  it('leaves it at its size, with one replacement at most, and no seat that served is let go too early', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(event, { maxLength: 60 }), (size, events) => {
        let fleet = newFleet(size);
        for (const next of events) {
          // Only what exists says something; `gone` follows `retire` alone.
          const seat = 'id' in next ? fleet.seats.find((one) => one.id === next.id) : undefined;
          if ('id' in next && (!seat || (next.type === 'seat.gone') !== (seat.phase === 'retiring'))) continue;
          const before = fleet;
          fleet = steer(fleet, next).fleet;
          expect(members(fleet)).toHaveLength(fleet.size);
          expect(fleet.seats.filter((one) => one.replaces !== null && one.phase !== 'retiring').length).toBeLessThan(2);
          const serving = (of: Fleet) => of.seats.filter((one) => one.phase === 'serving').length;
          if (next.type === 'seat.offered' && before.size === fleet.size) {
            expect(serving(fleet)).toBeGreaterThanOrEqual(serving(before));
          }
          expect(new Set(fleet.seats.map((one) => one.id)).size).toBe(fleet.seats.length);
          // Without a resize there is never more than one seat too many, on its way in or out.
          if (!events.some(({ type }) => type === 'pool.resize')) {
            expect(fleet.seats.length).toBeLessThanOrEqual(fleet.size + 1);
          }
        }
      }),
    );
  });
});
