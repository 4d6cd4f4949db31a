import { describe, expect, it } from 'vitest';
import { EspalierError } from '../../../../src/errors.js';
import { reservedFiles, shortageIn, shortageOf, shortagePause } from '../../../../src/machines/process/shortage.js';
import { Rationing, type ShortageNotice } from '../../../../src/transport/process/host/rationing.js';

/** A machine that has room for so many programs, and a clock that stands until it is told to go on. */
function machine(room: number) {
  const notices: ShortageNotice[] = [];
  const timers = new Set<{ run: () => void; ms: number }>();
  let now = 0;
  const rationing = new Rationing((notice) => notices.push(notice), {
    now: () => now,
    setTimeout: (run, ms) => {
      const timer = { run, ms };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => timers.delete(timer as { run: () => void; ms: number }),
  });
  let running = 0;
  let tries = 0;
  let reason = 'EMFILE';
  const start = async () => {
    tries += 1;
    if (running >= room) throw new EspalierError('ESP_SPAWN', 'no room', { context: { reason } });
    running += 1;
    return running;
  };
  return {
    rationing,
    notices,
    start: (signal?: AbortSignal) => rationing.start(start, signal),
    end: () => {
      running -= 1;
      rationing.ended();
    },
    fail: (why: string) => (reason = why),
    tries: () => tries,
    pauses: () => [...timers].map(({ ms }) => ms),
    pass: () => {
      for (const timer of [...timers]) {
        timers.delete(timer);
        now += timer.ms;
        timer.run();
      }
    },
  };
}

/** Lets everything happen that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a start for which the machine has no room', () => {
  it('waits until another program has ended, in order, and that is told once', async () => {
    const at = machine(2);
    await Promise.all([at.start(), at.start()]);
    const order: number[] = [];
    const waiting = [1, 2, 3].map((n) => at.start().then(() => order.push(n)));
    await settled();
    expect(order).toEqual([]);
    for (let i = 0; i < 3; i++) {
      at.end();
      await settled();
    }
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    expect(at.notices).toEqual([
      { t: 'began', shortage: 'EMFILE', running: 2 },
      { t: 'ended', shortage: 'EMFILE', lastedMs: 0, waited: 3 },
    ]);
  });

  it('is tried again after pauses that grow and are bounded, also when nothing of ours runs', async () => {
    const at = machine(0);
    const waiting = at.start();
    const pauses: number[] = [];
    for (let i = 0; i < 9; i++) {
      await settled();
      pauses.push(...at.pauses());
      at.pass();
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    expect(at.tries()).toBe(9);
    at.rationing.close(new EspalierError('ESP_STOPPED', 'closed'));
    await expect(waiting).rejects.toMatchObject({ code: 'ESP_STOPPED' });
  });

  it('asks one at a time while others wait behind', async () => {
    const at = machine(0);
    const all = Array.from({ length: 50 }, () => at.start());
    await settled();
    const first = at.tries();
    at.pass();
    await settled();
    expect(at.tries()).toBe(first + 1);
    at.rationing.close(new EspalierError('ESP_STOPPED', 'closed'));
    expect((await Promise.allSettled(all)).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('is given up when nobody wants it any more, and then the shortage is over', async () => {
    const at = machine(0);
    const controller = new AbortController();
    const waiting = at.start(controller.signal);
    await settled();
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ESP_STOPPED' });
    expect([at.notices.map(({ t }) => t), at.pauses()]).toEqual([['began', 'ended'], []]);
  });

  it('fails at once for any other reason', async () => {
    const at = machine(0);
    at.fail('ENOENT');
    await expect(at.start()).rejects.toMatchObject({ code: 'ESP_SPAWN' });
    expect(at.notices).toEqual([]);
  });
});

describe('a shortage', () => {
  it.each(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'ENOSPC', 'EDQUOT'])('is %s', (code) => {
    expect([shortageOf(code), shortageIn(`spawn sh ${code}`)]).toEqual([code, code]);
  });

  it.each(['ENOENT', 'EACCES', 'E2BIG', 'toString', '', undefined, 7])('is not %s', (code) => {
    expect([shortageOf(code), shortageIn(String(code))]).toEqual([null, null]);
  });

  it.each([
    ["mkfifo: cannot create fifo '1-0.out': No space left on device", 'ENOSPC'],
    ["mkfifo: cannot create fifo '1-0.out': Disk quota exceeded", 'EDQUOT'],
    ['mkfifo: Cannot allocate memory', 'ENOMEM'],
    ['sh: 1: Cannot fork', 'EAGAIN'],
  ])('is known by its words: %s', (words, shortage) => {
    expect(shortageIn(words)).toBe(shortage);
  });

  it('pauses a tenth of a second first and five seconds at most', () => {
    expect([shortagePause(1), shortagePause(2), shortagePause(1000)]).toEqual([100, 200, 5000]);
  });

  it('leaves a host some files, few where there are few', () => {
    expect([64, 256, 20_000].map(reservedFiles)).toEqual([4, 16, 32]);
  });
});
