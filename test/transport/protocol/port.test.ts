import { describe, expect, it } from 'vitest';
import { EspalierError } from '../../../src/errors.js';
import { RemoteError } from '../../../src/transport/protocol/remote-error.js';
import { deferred, stage } from './support/scripted-worker.js';

const call = (method = 'f', args: unknown = null) => ({ method, args });

describe('the handshake', () => {
  it('begins with a hello that says who the worker is and what the limits are', async () => {
    const { worker } = await stage({ worker: '/embed/workers/3/worker', incarnation: 7, config: { model: 'm' } });
    const [hello] = await worker.until('hello');
    expect(hello).toEqual({
      t: 'hello',
      v: [1],
      caps: {},
      worker: '/embed/workers/3/worker',
      incarnation: 7,
      config: { model: 'm' },
      limits: { maxHeader: 1_048_576, maxFrame: 67_108_864, credit: 16 },
    });
  });

  it('reports progress before ready, and what the worker can do with ready', async () => {
    const { worker, port, events } = await stage({}, null);
    worker.say({ t: 'progress', msg: 'loading weights' });
    worker.say({ t: 'ready', v: 1, caps: { concurrency: 8 }, methods: [{ name: 'f' }], sdk: 's', pid: 9, later: 1 });
    await events.until('ready');
    expect(events.order).toEqual(['progress', 'ready']);
    expect(port.ready).toMatchObject({ caps: { concurrency: 8 }, methods: [{ name: 'f' }], sdk: 's', pid: 9 });
  });

  it('fails for good when no version is common', async () => {
    const { worker, events } = await stage({}, null);
    worker.say({ t: 'ready', v: 2, caps: {}, methods: [], sdk: 'future', pid: 1 });
    await events.until('ended');
    expect(events.order).toEqual(['failed', 'ended']);
    expect(events.failures[0]).toMatchObject({
      code: 'ESP_PROTOCOL',
      message: 'no common version: the host speaks 1, the worker (future) 2',
      context: { reason: 'version', offered: [1], answered: 2, permanent: true },
    });
  });
});

describe('calls', () => {
  it('match their answers, whatever the order of these', async () => {
    const { worker, call: send } = await stage();
    const calls = [1, 2, 3].map((n) => send(call('f', n)));
    await worker.until('call', 3);
    worker.say({ t: 'result', id: 3, r: 'third' }, { t: 'result', id: 1, r: 'first' });
    worker.say({ t: 'error', id: 2, code: 'TEAPOT', message: 'no coffee', type: 'T', data: [1], retryable: true });
    expect(await calls[0]?.outcome).toEqual({ kind: 'result', value: 'first' });
    expect(await calls[2]?.outcome).toEqual({ kind: 'result', value: 'third' });
    const second = await calls[1]?.outcome;
    expect(second).toMatchObject({ kind: 'error', error: { code: 'TEAPOT', type: 'T', data: [1], retryable: true } });
    expect(second?.kind === 'error' && second.error).toBeInstanceOf(RemoteError);
  });

  it('leave in one write when they are made in one tick', async () => {
    const { worker, port } = await stage();
    let chunks = 0;
    worker.socket.on('data', () => {
      chunks += 1;
    });
    for (let n = 0; n < 50; n += 1) port.call(call(), () => {});
    await worker.until('call', 50);
    expect(chunks).toBe(1);
  });

  it('carry deadline and ids, and say when they begin', async () => {
    const { worker, call: send } = await stage();
    const started = deferred<void>();
    send({ method: 'f', deadlineMs: 500, ctx: { run: 'r', key: 'k' }, onStart: () => started.resolve() });
    const [message] = await worker.until('call');
    expect(message).toEqual({ t: 'call', id: 1, m: 'f', dl: 500, ctx: { run: 'r', key: 'k' } });
    worker.say({ t: 'start', id: 1 });
    await started.promise;
  });

  it('stay open after cancel until the worker says that they ended', async () => {
    const { worker, call: send, port } = await stage();
    const open = send(call());
    open.cancel('too slow');
    open.cancel('again');
    expect(await worker.until('cancel')).toEqual([{ t: 'cancel', id: 1, reason: 'too slow' }]);
    expect(port.open).toBe(1);
    worker.say({ t: 'error', id: 1, code: 'ESP_ABORTED', message: 'too slow' });
    expect(await open.outcome).toMatchObject({ kind: 'error', error: { code: 'ESP_ABORTED' } });
    expect(port.open).toBe(0);
  });

  it('are refused when their arguments cannot be sent, and nothing is left open', async () => {
    const { port } = await stage();
    const settled = () => expect.unreachable();
    expect(() => port.call(call('f', { x: Number.NaN }), settled)).toThrow(/args.x is NaN/);
    expect(() => port.stream(call('f', { x: new Set() }), settled)).toThrow(/args.x is a Set/);
    expect(port.open).toBe(0);
  });

  it('are refused at the limits, and taken again below them', async () => {
    const { worker, port, call: send, settle } = await stage({ limits: { maxCalls: 2, maxBuffered: 1000 } });
    const [first] = [send(call()), send(call())];
    const full = { code: 'ESP_QUEUE_FULL', message: expect.stringContaining('limit of 2 open calls') };
    expect(() => port.call(call(), () => {})).toThrow(expect.objectContaining(full));
    await worker.until('call', 2);
    worker.say({ t: 'result', id: 1, r: 1 });
    await first?.outcome;
    worker.say({ t: 'result', id: 2, r: 1 });
    await settle();
    send(call('f', 'x'.repeat(2000)));
    expect(() => port.call(call(), () => {})).toThrow(/bytes wait to be written; the limit is 1000/);
  });

  it('on a port that takes none are lost without having begun', async () => {
    const { port, call: send } = await stage({}, null);
    expect(await send(call()).outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
    const settled = deferred<unknown>();
    const stream = port.stream(call(), settled.resolve);
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ESP_WORKER_EXITED' });
    expect(await settled.promise).toMatchObject({ kind: 'lost', state: 'not_started' });
  });

  it('answered twice are settled once', async () => {
    const { worker, call: send, settle, events } = await stage();
    const outcomes: unknown[] = [];
    const open = send(call());
    void open.outcome.then((outcome) => outcomes.push(outcome));
    await worker.until('call');
    worker.say(
      { t: 'result', id: 1, r: 1 },
      { t: 'result', id: 1, r: 2 },
      { t: 'error', id: 9, code: 'x', message: 'x' },
    );
    await settle();
    expect(outcomes).toEqual([{ kind: 'result', value: 1 }]);
    expect(events.failures).toEqual([]);
  });
});

describe('when the connection ends', () => {
  const end = {
    'cleanly, by a worker that announces what it starts': {
      caps: { start: true },
      states: { written: 'not_started', started: 'started' },
    },
    'cleanly, by a worker that does not': { caps: {}, states: { written: 'unknown', started: 'started' } },
  };

  it.each(Object.entries(end))('%s, each call is told how far it came', async (_how, { caps, states }) => {
    const { worker, call: send, events } = await stage({}, caps);
    const [started, written] = [send(call()), send(call())];
    await worker.until('call', 2);
    worker.say({ t: 'start', id: 1 });
    worker.socket.end();
    expect(await started?.outcome).toMatchObject({ kind: 'lost', state: states.started });
    expect(await written?.outcome).toMatchObject({ kind: 'lost', state: states.written });
    await events.until('ended');
    expect(events.ends).toEqual([{ bye: false, readToEnd: true, error: null }]);
  });

  it('before a call was handed over, it has not begun, whatever the worker announces', async () => {
    const { port, call: send } = await stage({}, {});
    const open = send(call());
    port.destroy();
    expect(await open.outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
  });

  it('by a protocol error, nothing is proven of calls that were handed over', async () => {
    const { worker, call: send, events } = await stage();
    const [started, written] = [send(call()), send(call())];
    await worker.until('call', 2);
    worker.say({ t: 'start', id: 1 });
    worker.socket.write('Traceback (most recent call last):\n');
    expect(await started?.outcome).toMatchObject({ state: 'started', error: { code: 'ESP_PROTOCOL' } });
    expect(await written?.outcome).toMatchObject({ state: 'unknown', error: { code: 'ESP_PROTOCOL' } });
    await events.until('ended');
    expect(events.order.slice(1)).toEqual(['failed', 'ended']);
    expect(events.failures[0]?.context.received).toBe('Traceback (most recent call last):\n');
  });

  it('inside a frame, that is an end like any other', async () => {
    const { worker, events } = await stage();
    worker.socket.end('{"t":"result","id":1,"b":[100]}\nhalf');
    await events.until('ended');
    expect(events.failures).toEqual([]);
  });

  it('says whether the worker took its leave, and nothing follows', async () => {
    const { worker, port, events } = await stage();
    port.shutdown(5000);
    port.shutdown(1);
    expect(await worker.until('shutdown')).toEqual([{ t: 'shutdown', grace: 5000 }]);
    worker.say({ t: 'bye' });
    worker.socket.end();
    await events.until('ended');
    port.destroy();
    expect(port.ping()).toBe(false);
    expect(events.order).toEqual(['ready', 'bye', 'ended']);
    expect(events.ends).toEqual([{ bye: true, readToEnd: true, error: null }]);
  });

  it('takes no calls while it drains', async () => {
    const { worker, port, call: send } = await stage();
    const open = send(call());
    port.shutdown(5000);
    expect(await send(call()).outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
    await worker.until('call');
    worker.say({ t: 'result', id: 1, r: 'drained' });
    expect(await open.outcome).toEqual({ kind: 'result', value: 'drained' });
  });
});

describe('what does not fit', () => {
  it('in an unknown type or field is ignored', async () => {
    const { worker, call: send, events } = await stage();
    const open = send(call());
    await worker.until('call');
    worker.say({ t: 'later', id: 1 }, { t: 'result', id: 1, r: 1, later: true });
    expect(await open.outcome).toEqual({ kind: 'result', value: 1 });
    expect(events.failures).toEqual([]);
  });

  it.each([
    ['an id that is missing', { t: 'result' }, /"result" does not fit.*id/],
    ['an id below 1', { t: 'start', id: 0 }, /"start" does not fit.*id/],
    ['a field of another type', { t: 'log', lvl: 'info', msg: 1 }, /"log" does not fit.*msg/],
    ['a second ready', { t: 'ready', v: 1, caps: {}, methods: [], sdk: 's', pid: 1 }, /"ready" twice/],
  ])('in %s of a known type ends the connection', async (_what, message, reason) => {
    const { worker, events } = await stage();
    worker.say(message);
    await events.until('ended');
    expect(events.failures[0]).toMatchObject({ code: 'ESP_PROTOCOL', message: expect.stringMatching(reason) });
  });
});

describe('signs of life', () => {
  it('are asked for one at a time', async () => {
    const { worker, port, events } = await stage();
    expect([port.ping(), port.ping()]).toEqual([true, false]);
    const [ping] = await worker.until('ping');
    worker.say({ t: 'pong', n: ping?.n, busy: 3 });
    await events.until('pong');
    expect(events.pongs).toMatchObject([{ n: 1, busy: 3 }]);
    expect(port.ping()).toBe(true);
  });

  it('are every byte: the port knows when it last heard its worker', async () => {
    let now = 100;
    const { port, settle } = await stage({ now: () => now });
    now = 250;
    expect(port.heardAt).toBe(100);
    await settle();
    expect(port.heardAt).toBe(250);
  });
});

describe('telling', () => {
  it('reaches the owner in order, attributed to its call', async () => {
    const { worker, events } = await stage();
    worker.say(
      { t: 'log', lvl: 'warn', msg: 'hot', id: 4 },
      { t: 'log', lvl: 'shout', msg: 'what' },
      { t: 'event', name: 'step', d: { n: 1 }, id: 4 },
      { t: 'metric', name: 'loss', value: 0.5, labels: { model: 'm' } },
      { t: 'recycle', reason: 'memory' },
    );
    await events.until('recycle');
    expect(events.order).toEqual(['ready', 'log', 'log', 'event', 'metric', 'recycle']);
    expect(events.logs.map(({ lvl, id }) => [lvl, id])).toEqual([
      ['warn', 4],
      ['info', undefined],
    ]);
    expect(events.events).toMatchObject([{ name: 'step', d: { n: 1 }, id: 4 }]);
    expect(events.metrics).toMatchObject([{ name: 'loss', value: 0.5, labels: { model: 'm' } }]);
    expect(events.recycled).toEqual(['memory']);
  });
});

describe('a fault of the caller', () => {
  it('is an error of ours, never taken for one of the worker', () => {
    expect(new RemoteError({ code: 'ESP_TIMEOUT', message: 'x' })).not.toBeInstanceOf(EspalierError);
  });
});

describe('a worker that has died', () => {
  it('is read to its end, although a write to it failed before that: what it said of its calls counts', async () => {
    const { worker, call } = await stage();
    const first = call({ method: 'a' });
    await worker.until('call');
    worker.say({ t: 'start', id: 1 });
    worker.socket.destroy();
    // Written in this turn, before anything is read.
    const second = call({ method: 'b' });
    expect(await first.outcome).toMatchObject({ kind: 'lost', state: 'started' });
    expect(await second.outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
  });
});
