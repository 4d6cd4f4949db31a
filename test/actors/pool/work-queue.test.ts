import { describe, expect, it } from 'vitest';
import { Roster, type Seat, type Work, WorkQueue, type WorkQueueOptions } from '../../../src/actors/pool/work-queue.js';
import { EspalierError } from '../../../src/errors.js';

class Probe implements Work {
  begun: Seat | null = null;
  refused: unknown = null;
  constructor(readonly signal?: AbortSignal) {}
  begin(seat: Seat): void {
    this.begun = seat;
  }
  refuse(error: unknown): void {
    this.refused = error;
  }
}

const newSeat = (id: string): Seat => ({ id, load: 0, capacity: 1, lastUsed: 0 });

function newQueue(options: Partial<WorkQueueOptions> = {}) {
  const roster = new Roster();
  const queue = new WorkQueue(roster, { pool: '/p', limit: 2, overflow: 'reject', ...options });
  const free = (seat: Seat) => {
    seat.load = 0;
    roster.offer(seat);
  };
  return { roster, queue, free };
}

function submitted(queue: WorkQueue, count: number): Probe[] {
  return Array.from({ length: count }, () => {
    const probe = new Probe();
    queue.submit(probe);
    return probe;
  });
}

describe('WorkQueue', () => {
  it('begins work at once while a seat has room, and the rest in order as room comes', () => {
    const { queue, free } = newQueue();
    const seat = newSeat('1');
    free(seat);
    const [first, second, third] = submitted(queue, 3);
    expect([first?.begun, second?.begun, third?.begun]).toEqual([seat, null, null]);
    free(seat);
    expect([second?.begun, third?.begun]).toEqual([seat, null]);
    free(seat);
    expect(third?.begun).toBe(seat);
  });

  it('lets nobody overtake what waits', () => {
    const { queue, roster } = newQueue();
    const [waiting] = submitted(queue, 1);
    const seat = newSeat('1');
    roster.onRoom = () => {}; // room that nobody has told the queue about yet
    roster.offer(seat);
    const [late] = submitted(queue, 1);
    expect([waiting?.begun, late?.begun]).toEqual([null, null]);
  });

  it('refuses beyond its limit by name', () => {
    const { queue } = newQueue();
    const refused = submitted(queue, 3).map((probe) => probe.refused);
    expect(refused.slice(0, 2)).toEqual([null, null]);
    expect(refused[2]).toMatchObject({ code: 'ESP_QUEUE_FULL', message: expect.stringContaining('/p') });
  });

  it('drops the oldest when asked to', () => {
    const { queue } = newQueue({ overflow: 'drop-oldest' });
    const refused = submitted(queue, 3).map((probe) => probe.refused !== null);
    expect(refused).toEqual([true, false, false]);
  });

  it('holds callers back when asked to, and admits them in order', () => {
    const { queue, free } = newQueue({ overflow: 'wait', limit: 1 });
    const probes = submitted(queue, 3);
    const seat = newSeat('1');
    for (const probe of probes) {
      free(seat);
      expect(probe.begun).toBe(seat);
    }
    expect(queue.length).toBe(0);
  });

  it('lets everybody overtake work that requires one seat, and refuses it when that seat is gone', () => {
    const { queue, roster, free } = newQueue({ limit: 4 });
    const [one, other] = [newSeat('1'), newSeat('2')];
    free(one);
    submitted(queue, 1);
    const bound = [1, 2].map(() => Object.assign(new Probe(), { requires: one }));
    for (const work of bound) queue.submit(work);
    free(other);
    expect(bound.map(({ begun }) => begun)).toEqual([null, null]);
    const [overtaking] = submitted(queue, 1);
    expect(overtaking?.begun).toBe(other);
    free(one);
    expect(bound.map(({ begun }) => begun)).toEqual([one, null]);
    roster.withdraw(one);
    expect(bound[1]?.refused).toMatchObject({ code: 'ESP_SESSION_LOST', message: expect.stringContaining('/p') });
    expect([bound[0]?.refused, queue.length]).toEqual([null, 0]);
  });

  it('never begins withdrawn work, and gives its place to the next', () => {
    const { queue, free } = newQueue();
    const controller = new AbortController();
    const withdrawn = new Probe(controller.signal);
    queue.submit(withdrawn);
    const [next] = submitted(queue, 1);
    controller.abort(new Error('no longer wanted'));
    free(newSeat('1'));
    expect(withdrawn.refused).toMatchObject({ message: 'no longer wanted' });
    expect(withdrawn.begun).toBeNull();
    expect(next?.begun).not.toBeNull();
  });

  it('does not refuse work that has begun when its signal fires later', () => {
    const { queue, free } = newQueue();
    free(newSeat('1'));
    const controller = new AbortController();
    const work = new Probe(controller.signal);
    queue.submit(work);
    controller.abort();
    expect(work.refused).toBeNull();
  });

  it('refuses what waits and what comes once it is closed', () => {
    const { queue } = newQueue();
    const [waiting] = submitted(queue, 1);
    const reason = new EspalierError('ESP_STOPPED', 'the pool has stopped');
    queue.close(reason);
    const [late] = submitted(queue, 1);
    expect([waiting?.refused, late?.refused]).toEqual([reason, reason]);
  });

  it.each(['reject', 'wait', 'drop-oldest'] as const)(
    'says each time that it is full (%s), except to patient work',
    (overflow) => {
      let times = 0;
      const { queue } = newQueue({ overflow, onOverflow: () => (times += 1) });
      submitted(queue, 2);
      expect(times).toBe(0);
      submitted(queue, 3);
      expect(times).toBe(3);
      queue.submit(Object.assign(new Probe(), { patient: true }));
      expect(times).toBe(3);
    },
  );
});
