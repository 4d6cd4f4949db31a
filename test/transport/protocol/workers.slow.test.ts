import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/errors.js';
import { type LiveWorker, launch, live, type Sdk, sdks } from './support/live-worker.js';
import { tag, untag, vectors } from './support/vectors.js';

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const chunk of stream) seen.push(chunk);
  return seen;
}

async function untilEvent({ events }: LiveWorker, name: string): Promise<void> {
  while (!events.events.some((event) => event.name === name)) await events.until('event', events.events.length + 1);
}

/** What a process has open. What it closes meanwhile, such as a library that was loaded, is not. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return [];
    }
  });
}

describe.each(Object.keys(sdks) as Sdk[])('a %s worker', (sdk) => {
  it('says what it is, and serves calls', async () => {
    await using worker = await live(sdk);
    const { ready } = worker.port;
    expect(ready?.pid).toBe(worker.process.pid);
    expect(ready?.caps).toEqual({ concurrency: 1, start: true, dump: 'SIGQUIT' });
    const add = { name: 'add', description: 'Adds two numbers.', input: { type: 'object', required: ['a', 'b'] } };
    expect(ready?.methods).toContainEqual(add);
    expect(ready?.methods).toContainEqual({ name: 'count', stream: true });
    expect(await worker.result('add', { a: 1, b: 2 })).toBe(3);
    expect(await worker.result('later', { value: 'x' })).toBe('x');
  });

  it('is configured before it is ready, and can say that it is still at it', async () => {
    const config = { progress: 'loading weights', hello: true };
    await using worker = await live(sdk, { config, worker: '/embed/workers/1/worker', incarnation: 4 });
    expect(worker.events.order.slice(0, 3)).toEqual(['progress', 'event', 'ready']);
    expect(worker.events.events[0]?.d).toEqual({ config, path: '/embed/workers/1/worker', incarnation: 4 });
  });

  it('that fails to start is never ready, and says why on stderr', async () => {
    await using worker = launch(sdk, { config: { fail: true } });
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    expect(worker.written.stderr).toContain('no weights');
    expect(worker.events.order).toEqual(['ended']);
  });

  it('brings every value of the table back as it was', async () => {
    await using worker = await live(sdk);
    const results = await Promise.all(vectors.values.map((value) => worker.result('echo', untag(value))));
    expect(results.map(tag)).toEqual(vectors.values.map((value) => tag(untag(value))));
  });

  it('brings 20 MB of bytes back as they were', async () => {
    await using worker = await live(sdk);
    const bytes = Buffer.alloc(20_000_000, 'espalier');
    const result = await worker.result('echo', { bytes });
    expect(result).toEqual({ bytes: expect.any(Uint8Array) });
    expect(Buffer.compare(bytes, (result as { bytes: Buffer }).bytes)).toBe(0);
  });

  it('answers with the error as it was thrown', async () => {
    await using worker = await live(sdk);
    await expect(worker.result('fail')).rejects.toMatchObject({
      name: 'RemoteError',
      code: 'TEAPOT',
      message: 'no coffee',
      type: 'WorkerError',
      data: { cups: 0 },
      retryable: true,
    });
    const plain = { code: 'TypeError', message: 'not like this', type: 'TypeError', retryable: false };
    await expect(worker.result('crash')).rejects.toMatchObject({ ...plain, stack: expect.stringContaining('crash') });
    await expect(worker.result('nothing')).rejects.toMatchObject({ code: 'ESP_NOT_FOUND', message: /"nothing"/ });
    expect(await worker.result('add', { a: 1, b: 2 })).toBe(3);
  });

  it('refuses by name a result that JSON would lose, and a result over the limit', async () => {
    await using worker = await live(sdk, { limits: { maxFrame: 100_000 } });
    const nan = { code: 'ESP_INVALID', message: 'result.rows[1] is NaN, which JSON cannot hold' };
    await expect(worker.result('bad_result')).rejects.toMatchObject(nan);
    await expect(worker.result('bytes', { size: 100_000 })).rejects.toMatchObject({ message: /limit is 100000/ });
    expect(await worker.result('bytes', { size: 3 })).toEqual(Buffer.from([7, 7, 7]));
  });

  it('tells each call that it begins before it runs it, one at a time', async () => {
    await using worker = await live(sdk);
    const order: string[] = [];
    const calls = [1, 2, 3].map(
      (n) => worker.call('later', { value: n }, { onStart: () => order.push(`start ${n}`) }).outcome,
    );
    calls.forEach((outcome, index) => void outcome.then(() => order.push(`end ${index + 1}`)));
    await Promise.all(calls);
    expect(order.filter((step) => step.startsWith('start'))).toEqual(['start 1', 'start 2', 'start 3']);
    expect(order.indexOf('end 1')).toBeLessThan(order.indexOf('end 2'));
  });

  describe('streams', () => {
    it('what a generator yields, more than one window of it', async () => {
      await using worker = await live(sdk);
      const numbers = Array.from({ length: 100 }, (_, n) => n);
      expect(await all(worker.stream('count', { to: 100 }))).toEqual(numbers);
      expect(await all(worker.stream('count_later', { to: 100 }))).toEqual(numbers);
      expect(await all(worker.stream('count', { to: 0 }))).toEqual([]);
      expect(await all(worker.stream('count', { to: 16 }))).toEqual(numbers.slice(0, 16));
    });

    it('no faster than it is read', async () => {
      await using worker = await live(sdk);
      const iterator = worker.stream('forever')[Symbol.asyncIterator]();
      for (let n = 0; n < 100; n += 1) expect(await iterator.next()).toEqual({ done: false, value: n });
      worker.port.ping();
      await worker.events.until('pong');
      expect(worker.events.failures).toEqual([]);
    });

    it('until its reader leaves: the generator is closed, the worker free again', async () => {
      await using worker = await live(sdk);
      const stream = worker.stream('forever');
      for await (const n of stream) if (n === 50) break;
      expect(await stream.outcome).toMatchObject({ kind: 'error', error: { code: 'ESP_ABORTED' } });
      await untilEvent(worker, 'closed');
      expect(await worker.result('add', { a: 1, b: 2 })).toBe(3);
    });

    it('until it breaks off', async () => {
      await using worker = await live(sdk);
      const stream = worker.stream('break_off');
      await expect(all(stream)).rejects.toMatchObject({ code: 'BROKEN', message: 'half way' });
    });

    it('to a method as it reads, and both ways at once', async () => {
      await using worker = await live(sdk);
      const numbers = Array.from({ length: 100 }, (_, n) => n);
      expect(await worker.result('sum', null, { input: numbers })).toBe(4950);
      expect(await worker.result('sum')).toBe(0);
      const texts = numbers.map((n) => `text ${n}`);
      expect(await all(worker.stream('shout', null, { input: texts }))).toEqual(
        texts.map((text) => text.toUpperCase()),
      );
    });

    it('no more to a method that has returned', async () => {
      await using worker = await live(sdk);
      function* endless() {
        for (;;) yield 'x';
      }
      expect(await worker.result('first', null, { input: endless() })).toBe('x');
      expect(await worker.result('add', { a: 1, b: 2 })).toBe(3);
    });
  });

  describe('cancelled', () => {
    it('stops what awaits', async () => {
      await using worker = await live(sdk);
      const call = worker.call('wait');
      await untilEvent(worker, 'waiting');
      call.cancel('changed my mind');
      expect(await call.outcome).toMatchObject({ kind: 'error', error: { code: 'ESP_ABORTED' } });
      expect(await worker.result('add', { a: 1, b: 2 })).toBe(3);
    });

    it('is seen by what computes', async () => {
      await using worker = await live(sdk);
      const call = worker.call('spin', { ms: 600_000 });
      await untilEvent(worker, 'spinning');
      call.cancel('enough');
      expect(await call.outcome).toEqual({ kind: 'result', value: 'enough' });
    });

    it('before it began, never begins', async () => {
      await using worker = await live(sdk);
      const first = worker.call('wait');
      let began = false;
      const second = worker.call('echo', 1, {
        onStart: () => {
          began = true;
        },
      });
      await untilEvent(worker, 'waiting');
      second.cancel('not needed');
      const error = { code: 'ESP_ABORTED', message: 'not needed' };
      expect(await second.outcome).toMatchObject({ kind: 'error', error });
      first.cancel('done');
      await first.outcome;
      expect(began).toBe(false);
    });

    it('while it waits for a host tool, or for input, or for credit', async () => {
      await using worker = await live(sdk, { tools: () => new Promise(() => {}) });
      const started = async (
        begin: (onStart: () => void) => { outcome: Promise<unknown>; cancel(why: string): void },
      ) => {
        let call: ReturnType<typeof begin> | undefined;
        await new Promise<void>((resolve) => {
          call = begin(resolve);
        });
        call?.cancel('enough');
        return call?.outcome;
      };
      const cancelled = { kind: 'error', error: { code: 'ESP_ABORTED' } };
      async function* never() {
        await new Promise(() => {});
        yield 1;
      }
      expect(await started((onStart) => worker.call('tool', { name: 'x' }, { onStart }))).toMatchObject(cancelled);
      expect(await started((onStart) => worker.call('sum', null, { onStart, input: never() }))).toMatchObject(
        cancelled,
      );
      expect(await started((onStart) => worker.stream('forever', null, { onStart }))).toMatchObject(cancelled);
      expect(await worker.result('add', { a: 1, b: 2 })).toBe(3);
    });
  });

  it('answers heartbeats while a call runs, and says that it is busy', async () => {
    await using worker = await live(sdk);
    const call = worker.call('spin', { ms: 600_000 });
    await untilEvent(worker, 'spinning');
    worker.port.ping();
    await worker.events.until('pong');
    expect(worker.events.pongs).toMatchObject([{ busy: 1 }]);
    call.cancel('enough');
    await call.outcome;
  });

  it('runs as many calls at once as it said', async () => {
    await using worker = await live(sdk, { env: { CONCURRENCY: '3' } });
    expect(worker.port.ready?.caps.concurrency).toBe(3);
    const calls = [1, 2, 3, 4].map(() => worker.call('wait'));
    while (worker.events.events.length < 3) await worker.events.until('event', worker.events.events.length + 1);
    worker.port.ping();
    await worker.events.until('pong');
    expect(worker.events.pongs).toMatchObject([{ busy: 3 }]);
    for (const call of calls) call.cancel('enough');
    await Promise.all(calls.map(({ outcome }) => outcome));
    expect(await all(worker.stream('count_later', { to: 40 }))).toHaveLength(40);
    expect(await worker.result('sum', null, { input: [1, 2, 3] })).toBe(6);
    worker.port.shutdown(5000);
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(worker.events.ends).toMatchObject([{ bye: true }]);
  });

  it('carries the ids and the deadline of its work', async () => {
    await using worker = await live(sdk);
    const ctx = { run: 'r', job: 'j', attempt: 2, runId: 'h', owner: 'o', key: 'k', session: 's', traceparent: 't' };
    expect(await worker.result('ids', null, { ctx, deadlineMs: 60_000 })).toEqual({ ...ctx, hasDeadline: true });
  });

  it('calls host tools, one or several, and sees their errors', async () => {
    const tools = ({ name, args }: { name: string; args: unknown }) => {
      if (name !== 'double') throw Object.assign(new Error(`no ${name}`), { code: 'ESP_NOT_FOUND' });
      return Number(args) * 2;
    };
    const caps = { tools: [{ name: 'double', description: 'Two times a number' }, { name: 'other' }] };
    await using worker = await live(sdk, { tools, caps });
    expect(await worker.result('tool', { name: 'double', args: 21 })).toBe(42);
    await expect(worker.result('tool', { name: 'x%d' })).rejects.toMatchObject({
      code: 'ESP_NOT_FOUND',
      message: 'no x%d',
    });
    expect(await worker.result('tools')).toEqual({
      results: [2, 'ESP_NOT_FOUND', 6],
      listed: ['double', 'other'],
      found: 1,
    });
  });

  it('asks a person and goes on with the answer', async () => {
    await using worker = await live(sdk);
    const call = worker.call('ask', { question: { text: 'delete it?' } });
    await worker.events.until('ask');
    expect(worker.events.questions).toMatchObject([{ question: { text: 'delete it?' }, call: call.id }]);
    worker.events.questions[0]?.answer({ yes: true });
    expect(await call.outcome).toEqual({ kind: 'result', value: { yes: true } });
  });

  it('logs, measures and wishes', async () => {
    await using worker = await live(sdk);
    const call = worker.call('say');
    await call.outcome;
    expect(worker.events.logs).toMatchObject([
      { lvl: 'warn', msg: 'careful', id: call.id },
      { lvl: 'info', msg: 'outside' },
    ]);
    expect(worker.events.metrics).toMatchObject([{ name: 'loss', value: 0.25, labels: { model: 'm' } }]);
    expect(worker.events.recycled).toEqual(['memory']);
  });

  it('prints what it likes: the protocol is not on stdout', async () => {
    await using worker = await live(sdk);
    await worker.result('print', { text: '{"t":"bye"}\n{"t":"error","id":1}\n' });
    expect(await worker.result('add', { a: 1, b: 2 })).toBe(3);
    worker.port.shutdown(5000);
    await worker.exited;
    expect(worker.written).toEqual({ stdout: '{"t":"bye"}\n{"t":"error","id":1}\n', stderr: 'noise\n' });
    expect(worker.events.failures).toEqual([]);
  });

  it('finishes what runs at a shutdown, says bye and exits with 0', async () => {
    await using worker = await live(sdk);
    // Long enough for the shutdown to overtake what waits, on a busy machine too.
    const running = worker.call('spin', { ms: 5000 });
    const queued = worker.call('echo', 1);
    await untilEvent(worker, 'spinning');
    worker.port.shutdown(20_000);
    expect(await running.outcome).toEqual({ kind: 'result', value: 'done' });
    expect(await queued.outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(worker.events.events.at(-1)).toMatchObject({ name: 'stopped' });
    expect(worker.events.order.slice(-2)).toEqual(['bye', 'ended']);
    expect(worker.events.ends).toEqual([{ bye: true, readToEnd: true, error: null }]);
  });

  it('that exits by itself said no bye, whatever its code', async () => {
    await using worker = await live(sdk);
    const call = worker.call('exit', { code: 0 });
    expect(await call.outcome).toMatchObject({ kind: 'lost', state: 'started', error: { code: 'ESP_WORKER_EXITED' } });
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(worker.events.ends).toMatchObject([{ bye: false }]);
  });

  it('killed, has begun what it said it began and nothing else', async () => {
    await using worker = await live(sdk);
    const running = worker.call('wait');
    const queued = [worker.call('echo', 1), worker.call('echo', 2)];
    await untilEvent(worker, 'waiting');
    worker.process.kill('SIGKILL');
    expect(await running.outcome).toMatchObject({ kind: 'lost', state: 'started' });
    for (const { outcome } of queued) expect(await outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
  });

  it.each(['idle', 'computing'])('ends at once when its host is gone, also when it is %s', async (how) => {
    await using worker = await live(sdk);
    if (how === 'computing') {
      worker.call('spin', { ms: 600_000 });
      await untilEvent(worker, 'spinning');
    }
    worker.port.destroy();
    expect(await worker.exited).toEqual({ code: 1, signal: null });
  });

  it('keeps its connection from the programs that it starts', async () => {
    await using worker = await live(sdk);
    const result = await worker.result('grandchild');
    const { pid, inherits } = result as { pid: number; inherits: boolean };
    try {
      expect(openFiles(pid).filter((file) => file.startsWith('socket:'))).toEqual([]);
      expect(inherits).toBe(false);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  it('writes what it is busy with when it is asked for a dump, and goes on', async () => {
    await using worker = await live(sdk);
    const call = worker.call('spin', { ms: 600_000 });
    await untilEvent(worker, 'spinning');
    worker.process.kill('SIGQUIT');
    while (!/spin/.test(worker.written.stderr))
      await new Promise((resolve) => worker.process.stderr?.once('data', resolve));
    call.cancel('enough');
    expect(await call.outcome).toEqual({ kind: 'result', value: 'enough' });
  });

  it('leaves with a message when its host speaks out of protocol', async () => {
    await using worker = await live(sdk);
    worker.connection.write('what?\n');
    expect(await worker.exited).toEqual({ code: 76, signal: null });
    expect(worker.written.stderr).toMatch(/begins with no "\{".*what\?/);
  });

  it('is refused outside a pool, with a hint', async () => {
    await using worker = launch(sdk, { env: { ESPALIER_FD: undefined } });
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    expect(worker.written.stderr).toMatch(/start it as the command of a pool/);
  });
});
