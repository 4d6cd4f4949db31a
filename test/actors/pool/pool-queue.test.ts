import { describe, expect, it } from 'vitest';
import { Roster, type Seat, WorkQueue, type WorkQueueOptions } from '../../../src/actors/pool/work-queue.js';
import { EspalierError } from '../../../src/errors.js';

const newSeat = (id: string): Seat => ({ id, load: 0, capacity: 1, lastUsed: 0 });

function newQueue(options: Partial<WorkQueueOptions>) {
  const roster = new Roster();
  const queue = new WorkQueue(roster, { pool: '/p', limit: 1, overflow: 'reject', ...options });
  const log: string[] = [];
  const submit = (name: string, patient = false) =>
    queue.submit({ patient, begin: () => void log.push(`+${name}`), refuse: () => void log.push(`-${name}`) });
  const free = (seat: Seat) => {
    seat.load = 0;
    roster.offer(seat);
  };
  return { queue, log, submit, free };
}

describe('a queue that holds nothing', () => {
  it('holds callers back when asked to, and serves them in order', () => {
    const { log, submit, free } = newQueue({ limit: 0, overflow: 'wait' });
    const seat = newSeat('1');
    for (const name of ['a', 'b', 'c']) submit(name);
    free(seat);
    free(seat);
    expect(log).toEqual(['+a', '+b']);
    submit('d');
    free(seat);
    free(seat);
    expect(log).toEqual(['+a', '+b', '+c', '+d']);
  });

  it.each(['reject', 'drop-oldest'] as const)('refuses what finds no free seat: %s', (overflow) => {
    const { log, submit, free } = newQueue({ limit: 0, overflow });
    submit('a');
    free(newSeat('1'));
    submit('b');
    expect(log).toEqual(['-a', '+b']);
  });
});

describe('patient work', () => {
  it.each(['reject', 'drop-oldest'] as const)('waits behind a full queue whatever its policy: %s', (overflow) => {
    const { log, submit, free } = newQueue({ overflow });
    const seat = newSeat('1');
    submit('a');
    submit('b', true);
    submit('c', true);
    for (let n = 0; n < 3; n += 1) free(seat);
    expect(log).toEqual(['+a', '+b', '+c']);
  });

  it('is refused when the queue closes', () => {
    const { log, queue, submit } = newQueue({ limit: 0 });
    submit('a', true);
    queue.close(new EspalierError('ESP_STOPPED', 'over'));
    expect(log).toEqual(['-a']);
  });
});
