import { describe, expect, it } from 'vitest';
import { Affinity } from '../../../src/actors/call/affinity.js';
import { CircuitBreaker } from '../../../src/actors/call/breaker.js';
import { MethodCatalog } from '../../../src/actors/call/method-catalog.js';
import { LiveProtocolPool } from '../../../src/actors/call/protocol-pool.js';
import type { ProtocolSeat, WorkerLoss } from '../../../src/actors/call/protocol-worker.js';
import { Asks } from '../../../src/actors/desk/asks.js';
import { WorkerDesk } from '../../../src/actors/desk/worker-desk.js';
import type { CallOptions, RetryPolicy } from '../../../src/actors/handles/call-options.js';
import { Roster, WorkQueue } from '../../../src/actors/pool/work-queue.js';
import { EspalierError } from '../../../src/errors.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { stage } from '../../transport/protocol/support/scripted-worker.js';

const GRACE_MS = 200;

/** A pool with its queue, and one seat whose port is real; the test plays the worker behind it, and the time. */
async function pool(capacity = 1, loss?: WorkerLoss, retry: RetryPolicy | null = null) {
  const clock = new SimulatedClock();
  const roster = new Roster<ProtocolSeat>();
  const queue = new WorkQueue<ProtocolSeat>(roster, { pool: '/p', limit: 10, overflow: 'reject' });
  const isServing = (seat: ProtocolSeat) => [...roster.seats()].includes(seat);
  const options = { pool: '/p', policy: 'hint', ttl: 1000, limit: 10, clock } as const;
  const nothing = () => Promise.resolve();
  const control = { ready: nothing, resize: nothing, recycle: nothing, drain: nothing, resume: () => undefined };
  const breaker = new CircuitBreaker('/p', { failures: 1, resetMs: 1000 }, clock, () => undefined);
  const load = () => ({ size: 1, ...roster.load, waiting: queue.length, maxQueue: 10 });
  const calls = new LiveProtocolPool({
    ...{
      serves: [],
      path: '/p',
      clock,
      isServing,
      seats: () => roster.seats(),
      queue: () => queue,
      control: { ...control, load },
      trouble: () => null,
    },
    refusal: () => new EspalierError('ESP_STOPPED', 'closed'),
    desk: new WorkerDesk({ tools: [], asks: new Asks(clock), onAsk: undefined, onFault: () => undefined }),
    ...{ catalog: new MethodCatalog('/p'), affinity: new Affinity<ProtocolSeat>(options, isServing) },
    ...{ cancelGraceMs: GRACE_MS, contract: null, breaker, retry, random: () => 0 },
  });
  const { port, worker, settle } = await stage();
  const failures: EspalierError[] = [];
  const seat: ProtocolSeat = {
    ...{
      id: '1',
      path: '/p/workers/1/worker',
      incarnation: 1,
      pid: 7,
      port,
      load: 0,
      capacity,
      window: 1,
      lastUsed: 0,
      tainted: false,
    },
    ...{ wanted: new Set(), wish: null, ending: loss ? Promise.resolve(loss) : new Promise(() => undefined) },
    free: () => {
      seat.load -= 1;
      roster.offer(seat);
    },
    fail: (error) => failures.push(error),
    wear: () => ({ now: 0, readyAt: 0, calls: 0, running: 0, usedAt: null, rss: null }),
  };
  const call = (method: string, more: CallOptions = {}) => {
    const outcome = calls.call(method, null, more).catch((error: unknown) => error);
    return outcome;
  };
  const attempt = (method: string) => {
    const { signal } = new AbortController();
    return calls
      .attempt(method, null, { timeoutMs: null, signal, ctx: {}, job: null, began: () => undefined })
      .catch((error: unknown) => error);
  };
  const serve = () => roster.offer(seat);
  return { clock, attempt, call, serve, worker, settle, failures, seat };
}

describe('a call', () => {
  it('tells its worker what is left of its time, not what it began with: it may have waited', async () => {
    const { clock, call, serve, worker } = await pool();
    void call('f', { timeout: 60_000 });
    void call('g', { timeout: 45_000 });
    clock.increment(40_000);
    serve();
    await worker.until('call');
    clock.increment(2_500);
    worker.say({ t: 'result', id: 1, r: null });
    const told = await worker.until('call', 2);
    expect(told.map(({ m, dl }) => [m, dl])).toEqual([
      ['f', 20_000],
      ['g', 2_500],
    ]);
  });

  it('has a minute unless its caller says otherwise', async () => {
    const { clock, call, serve, worker } = await pool();
    const outcome = call('f');
    serve();
    const [told] = await worker.until('call');
    expect(told).toMatchObject({ dl: 60_000 });
    clock.increment(60_000);
    expect(await outcome).toMatchObject({ code: 'ESP_TIMEOUT' });
  });
});

describe('an attempt of a slot', () => {
  it('is executed once, whatever its pool repeats: how often it is tried is said by its run', async () => {
    const { clock, attempt, serve, worker, settle } = await pool(1, undefined, { attempts: 3, initialMs: 10 });
    serve();
    const outcome = attempt('f');
    await worker.until('call');
    worker.say({ t: 'error', id: 1, code: 'BUSY', message: 'later', retryable: true });
    await settle();
    clock.increment(60_000);
    await settle();
    expect(worker.of('call')).toHaveLength(1);
    expect(await outcome).toMatchObject({ code: 'BUSY' });
  });
});

describe('a call whose worker ends with it', () => {
  const loss = { pid: 7, exit: { code: 143, signal: null }, stderr: '', killed: null, oomKills: 0 };

  it.each([true, false])('says whether that was stopped by us (%j), which no breaker counts', async (stopped) => {
    const { call, serve, worker } = await pool(1, { ...loss, stopped });
    serve();
    const outcome = call('f');
    await worker.until('call');
    worker.say({ t: 'start', id: 1 });
    worker.socket.end();
    const kind = stopped ? 'killed' : 'terminated';
    expect(await outcome).toMatchObject({ code: 'ESP_WORKER_EXITED', context: { stopped, kind, code: 143 } });
    const giveUp = AbortSignal.abort();
    expect(await call('g', { signal: giveUp })).toMatchObject({ code: stopped ? 'ESP_ABORTED' : 'ESP_UNAVAILABLE' });
  });
});

describe('a call that does not stop when it is cancelled', () => {
  it('costs its worker, though another call there is still wanted: it would hold its place for ever', async () => {
    const { clock, call, serve, worker, settle, failures } = await pool(2);
    serve();
    void call('wanted');
    const giveUp = new AbortController();
    const stubborn = call('stubborn', { signal: giveUp.signal });
    await worker.until('call', 2);
    worker.say({ t: 'start', id: 1 }, { t: 'start', id: 2 });
    await settle();
    giveUp.abort();
    expect(await stubborn).toMatchObject({ code: 'ESP_ABORTED' });
    clock.increment(GRACE_MS - 1);
    expect(failures).toEqual([]);
    clock.increment(1);
    expect(failures).toMatchObject([{ code: 'ESP_TIMEOUT', context: { method: 'stubborn' } }]);
  });

  it('costs nobody anything while it waits in its worker behind a wanted one, and is ended once that is over', async () => {
    const { clock, call, serve, worker, settle, failures } = await pool(2);
    serve();
    const wanted = call('wanted');
    const giveUp = new AbortController();
    void call('behind', { signal: giveUp.signal });
    await worker.until('call', 2);
    worker.say({ t: 'start', id: 1 });
    await settle();
    giveUp.abort();
    clock.increment(10 * GRACE_MS);
    expect(failures).toEqual([]);
    worker.say({ t: 'result', id: 1, r: 'done' });
    expect(await wanted).toBe('done');
    clock.increment(GRACE_MS);
    expect(failures).toMatchObject([{ context: { method: 'behind' } }]);
  });

  it('gives its place back when it ends within the grace', async () => {
    const { clock, call, serve, worker, settle, failures, seat } = await pool();
    serve();
    const giveUp = new AbortController();
    void call('f', { signal: giveUp.signal });
    await worker.until('call');
    worker.say({ t: 'start', id: 1 });
    await settle();
    giveUp.abort();
    await worker.until('cancel');
    expect(seat.load).toBe(1);
    worker.say({ t: 'error', id: 1, code: 'ESP_ABORTED', message: 'stopped', type: 'T' });
    await settle();
    expect(seat.load).toBe(0);
    clock.increment(10 * GRACE_MS);
    expect(failures).toEqual([]);
  });
});

describe('a call that is answered with a stream', () => {
  it('is cancelled, and costs its worker if that goes on for longer than the grace, retried by nobody', async () => {
    const { clock, call, serve, worker, settle, failures } = await pool();
    serve();
    const outcome = call('generate', { idempotent: true });
    await worker.until('call');
    worker.say({ t: 'start', id: 1 }, { t: 'chunk', id: 1, seq: 0, d: 'a' });
    await worker.until('cancel');
    await settle();
    clock.increment(GRACE_MS);
    expect(failures).toMatchObject([{ code: 'ESP_TIMEOUT', context: { method: 'generate' } }]);
    worker.socket.destroy();
    expect(await outcome).toMatchObject({ code: 'ESP_INVALID', message: expect.stringContaining('use stream()') });
  });

  it('gives its place back when its worker ends it in time', async () => {
    const { clock, call, serve, worker, settle, failures, seat } = await pool();
    serve();
    const outcome = call('generate');
    await worker.until('call');
    worker.say({ t: 'chunk', id: 1, seq: 0, d: 'a' }, { t: 'end', id: 1 });
    expect(await outcome).toMatchObject({ code: 'ESP_INVALID' });
    await settle();
    clock.increment(10 * GRACE_MS);
    expect([failures, seat.load]).toEqual([[], 0]);
  });
});
