import { describe, expect, it } from 'vitest';
import type { CallOutcome, OpenStream } from '../../../src/transport/protocol/port/call.js';
import { deferred, type Stage, stage } from './support/scripted-worker.js';

function open({ port }: Stage, method = 'generate'): { stream: OpenStream; outcome: Promise<CallOutcome> } {
  const { promise, resolve } = deferred<CallOutcome>();
  return { stream: port.stream({ method }, resolve), outcome: promise };
}

const chunks = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ t: 'chunk', id: 1, seq: from + index, d: from + index }));

async function read(iterator: AsyncIterator<unknown, undefined>, count: number): Promise<unknown[]> {
  const values: unknown[] = [];
  while (values.length < count) values.push((await iterator.next()).value);
  return values;
}

describe('a stream from a worker', () => {
  it('gives its chunks in order, then ends', async () => {
    const on = await stage();
    const { stream, outcome } = open(on);
    await on.worker.until('call');
    on.worker.say(...chunks(0, 5), { t: 'end', id: 1 });
    const seen: unknown[] = [];
    for await (const chunk of stream) seen.push(chunk);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await outcome).toEqual({ kind: 'result', value: undefined });
  });

  it('grants credit only as chunks are read, half a window at a time', async () => {
    const on = await stage();
    const iterator = open(on).stream[Symbol.asyncIterator]();
    await on.worker.until('call');
    on.worker.say(...chunks(0, 16));
    await on.settle();
    await read(iterator, 7);
    await on.settle();
    expect(on.worker.of('credit')).toEqual([]);
    await read(iterator, 9);
    expect(await on.worker.until('credit', 2)).toEqual([
      { t: 'credit', id: 1, n: 8 },
      { t: 'credit', id: 1, n: 8 },
    ]);
  });

  it('that overruns its credit is a protocol error', async () => {
    const on = await stage();
    const { outcome } = open(on);
    await on.worker.until('call');
    on.worker.say(...chunks(0, 17));
    await on.events.until('ended');
    expect(on.events.failures[0]?.message).toMatch(/chunk 16 came without credit/);
    expect(await outcome).toMatchObject({ kind: 'lost', state: 'started' });
  });

  it.each([
    ['skips one', [0, 2]],
    ['repeats one', [0, 0]],
  ])('that %s is a protocol error', async (_what, seqs) => {
    const on = await stage();
    open(on);
    await on.worker.until('call');
    on.worker.say(...seqs.map((seq) => ({ t: 'chunk', id: 1, seq, d: null })));
    await on.events.until('failed');
    expect(on.events.failures[0]?.message).toMatch(/came where 1 was due/);
  });

  it('is cancelled when its reader leaves, and is over when the worker says so', async () => {
    const on = await stage();
    const { stream, outcome } = open(on);
    await on.worker.until('call');
    on.worker.say(...chunks(0, 3));
    for await (const chunk of stream) {
      expect(chunk).toBe(0);
      break;
    }
    expect(await on.worker.until('cancel')).toMatchObject([{ id: 1 }]);
    on.worker.say(...chunks(3, 2));
    await on.settle();
    expect(on.port.open).toBe(1);
    on.worker.say({ t: 'error', id: 1, code: 'ESP_ABORTED', message: 'stopped' });
    expect(await outcome).toMatchObject({ kind: 'error', error: { code: 'ESP_ABORTED' } });
  });

  it('that breaks off gives what had come, then the error, then nothing', async () => {
    const on = await stage();
    const iterator = open(on).stream[Symbol.asyncIterator]();
    await on.worker.until('call');
    on.worker.say(...chunks(0, 2), { t: 'error', id: 1, code: 'OOM', message: 'no memory' });
    await on.settle();
    expect(await read(iterator, 2)).toEqual([0, 1]);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'OOM' });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('whose worker dies rejects its reader', async () => {
    const on = await stage();
    const { stream, outcome } = open(on);
    const iterator = stream[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await on.worker.until('call');
    on.worker.socket.destroy();
    await expect(waiting).rejects.toMatchObject({ code: 'ESP_WORKER_EXITED' });
    expect(await outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
  });
});

describe('a method called the wrong way', () => {
  it('as a call though it streams is cancelled, with advice', async () => {
    const on = await stage();
    const { outcome } = on.call({ method: 'generate' });
    await on.worker.until('call');
    on.worker.say(...chunks(0, 2));
    await on.worker.until('cancel');
    on.worker.say({ t: 'error', id: 1, code: 'ESP_ABORTED', message: 'cancelled' });
    const error = { code: 'ESP_INVALID', message: 'method generate answers with a stream: use stream()' };
    expect(await outcome).toMatchObject({ kind: 'error', error });
  });

  it('as a call though it streams without end is a protocol error, as a stream without credit is', async () => {
    const on = await stage();
    const { outcome } = on.call({ method: 'generate' });
    await on.worker.until('call');
    on.worker.say(...chunks(0, 17));
    await on.events.until('ended');
    expect(on.events.failures[0]?.message).toMatch(/chunk 16 came without credit/);
    expect(on.worker.of('credit')).toEqual([]);
    const error = { code: 'ESP_INVALID', message: 'method generate answers with a stream: use stream()' };
    expect(await outcome).toMatchObject({ kind: 'error', error });
  });

  it('as a call though it streams is told to its caller at once, who may not wait for its end', async () => {
    const on = await stage();
    const spoilt = deferred<void>();
    on.call({ method: 'generate', onSpoilt: () => spoilt.resolve() });
    await on.worker.until('call');
    on.worker.say(...chunks(0, 1));
    await spoilt.promise;
  });

  it('as a call though it streams nothing is an error all the same', async () => {
    const on = await stage();
    const { outcome } = on.call({ method: 'generate' });
    await on.worker.until('call');
    on.worker.say({ t: 'end', id: 1 });
    expect(await outcome).toMatchObject({ kind: 'error', error: { code: 'ESP_INVALID' } });
  });

  it('as a stream though it answers once gets an error, with advice', async () => {
    const on = await stage();
    const { stream, outcome } = open(on, 'add');
    await on.worker.until('call');
    on.worker.say({ t: 'result', id: 1, r: 3 });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow('method add answers once: use call()');
    expect(await outcome).toMatchObject({ kind: 'error', error: { code: 'ESP_INVALID' } });
  });
});

describe('a stream to a worker', () => {
  it('sends as much as the worker takes, then its end', async () => {
    const on = await stage();
    let made = 0;
    async function* source() {
      for (; made < 40; made += 1) yield made;
    }
    on.call({ method: 'sum', input: source() });
    expect(await on.worker.until('call')).toMatchObject([{ in: true }]);
    await on.worker.until('chunk', 16);
    await on.settle();
    expect(on.worker.of('chunk')).toHaveLength(16);
    on.worker.say({ t: 'credit', id: 1, n: 10 });
    await on.worker.until('chunk', 26);
    await on.settle();
    expect(on.worker.of('chunk')).toHaveLength(26);
    expect(made).toBeLessThanOrEqual(26);
    on.worker.say({ t: 'credit', id: 1, n: 100 });
    await on.worker.until('end');
    expect(on.worker.of('chunk').map(({ seq, d }) => [seq, d])).toEqual(Array.from({ length: 40 }, (_, n) => [n, n]));
  });

  it('closes its source when the call ends first', async () => {
    const on = await stage();
    const closed = deferred<void>();
    async function* source() {
      try {
        for (;;) yield 'x';
      } finally {
        closed.resolve();
      }
    }
    const { outcome } = on.call({ method: 'first', input: source() });
    await on.worker.until('chunk', 16);
    on.worker.say({ t: 'result', id: 1, r: 'enough' });
    expect(await outcome).toEqual({ kind: 'result', value: 'enough' });
    await closed.promise;
    await on.settle();
    expect(on.worker.of('end')).toEqual([]);
  });

  it('whose source throws cancels the call, which fails with that error', async () => {
    const on = await stage();
    const broken = new Error('the file is gone');
    async function* source() {
      yield 1;
      throw broken;
    }
    const { outcome } = on.call({ method: 'sum', input: source() });
    await on.worker.until('cancel');
    on.worker.say({ t: 'error', id: 1, code: 'ESP_ABORTED', message: 'cancelled' });
    expect(await outcome).toEqual({ kind: 'error', error: broken });
  });

  it('waits for a worker that does not read, and does not fill the memory', async () => {
    const on = await stage();
    on.worker.socket.pause();
    let made = 0;
    function* source() {
      for (;;) {
        made += 1;
        yield Buffer.alloc(1024 * 1024);
      }
    }
    on.call({ method: 'sum', input: source() });
    await on.settle();
    await on.settle();
    expect(made).toBeLessThan(16);
    on.worker.socket.resume();
    await on.worker.until('chunk', 16);
  });
});
