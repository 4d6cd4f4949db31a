import { describe, expect, it } from 'vitest';
import type { ToolRequest } from '../../../src/transport/protocol/port/requests.js';
import { deferred, stage } from './support/scripted-worker.js';

describe('a host tool', () => {
  it('is run for the call on whose behalf it is asked for', async () => {
    const seen: ToolRequest[] = [];
    const on = await stage({
      tools: (request) => {
        seen.push(request);
        return { found: 1 };
      },
    });
    on.call({ method: 'f', ctx: { run: 'r1' } });
    await on.worker.until('call');
    on.worker.say({ t: 'call', id: 1, m: 'search', a: { q: 'disk' }, call: 1 });
    expect(await on.worker.until('result')).toEqual([{ t: 'result', id: 1, r: { found: 1 } }]);
    expect(seen).toMatchObject([{ name: 'search', args: { q: 'disk' }, call: 1, ctx: { run: 'r1' } }]);
  });

  it('that throws, or answers with what cannot be sent, fails in the worker', async () => {
    const on = await stage({
      tools: ({ name }) => {
        if (name === 'nan') return { x: Number.NaN };
        throw Object.assign(new TypeError('no such table'), { code: 'SQL', data: { table: 't' } });
      },
    });
    on.worker.say({ t: 'call', id: 1, m: 'query' }, { t: 'call', id: 2, m: 'nan' });
    const errors = await on.worker.until('error', 2);
    expect(errors).toMatchObject([
      { id: 1, code: 'SQL', message: 'no such table', type: 'TypeError', data: { table: 't' } },
      { id: 2, code: 'ESP_INVALID', message: expect.stringContaining('result.x is NaN') },
    ]);
  });

  it('is not found where there are none', async () => {
    const on = await stage();
    on.worker.say({ t: 'call', id: 1, m: 'query' });
    expect(await on.worker.until('error')).toMatchObject([{ id: 1, code: 'ESP_NOT_FOUND' }]);
  });

  it('is told when the call that wanted it, or the connection, is over', async () => {
    const requests: ToolRequest[] = [];
    const never = new Promise<never>(() => {});
    const on = await stage({
      tools: (request) => {
        requests.push(request);
        return never;
      },
    });
    const { outcome } = on.call({ method: 'f' });
    await on.worker.until('call');
    on.worker.say({ t: 'call', id: 1, m: 'a', call: 1 }, { t: 'call', id: 2, m: 'b' });
    await on.settle();
    on.worker.say({ t: 'result', id: 1, r: null });
    await outcome;
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    on.worker.socket.end();
    await on.events.until('ended');
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it('is refused beyond the limit of unanswered requests, and the others go on', async () => {
    const gate = deferred<void>();
    const on = await stage({ limits: { maxRequests: 2 }, tools: () => gate.promise });
    on.worker.say(...[1, 2, 3].map((id) => ({ t: 'call', id, m: 'slow' })));
    expect(await on.worker.until('error')).toMatchObject([{ id: 3, code: 'ESP_QUEUE_FULL' }]);
    gate.resolve();
    expect(await on.worker.until('result', 2)).toMatchObject([{ id: 1 }, { id: 2 }]);
    on.worker.say({ t: 'call', id: 4, m: 'slow' });
    expect(await on.worker.until('result', 3)).toHaveLength(3);
  });

  it('asked for twice under one id is a protocol error', async () => {
    const on = await stage({ tools: () => new Promise(() => {}) });
    on.worker.say({ t: 'call', id: 1, m: 'a' }, { t: 'call', id: 1, m: 'a' });
    await on.events.until('failed');
    expect(on.events.failures[0]?.message).toMatch(/request 1 is open already/);
  });
});

describe('a question', () => {
  it('is answered once', async () => {
    const on = await stage();
    on.call({ method: 'f', ctx: { job: 'j' } });
    await on.worker.until('call');
    on.worker.say({ t: 'ask', id: 5, question: 'delete it?', call: 1 });
    await on.events.until('ask');
    const [question] = on.events.questions;
    expect(question).toMatchObject({ id: 5, question: 'delete it?', call: 1, ctx: { job: 'j' } });
    question?.answer('yes');
    question?.answer('no');
    question?.refuse(new Error('late'));
    await on.settle();
    expect(await on.worker.until('answer')).toEqual([{ t: 'answer', id: 5, value: 'yes' }]);
    expect(on.worker.of('error')).toEqual([]);
  });

  it('can be refused', async () => {
    const on = await stage();
    on.worker.say({ t: 'ask', id: 5, question: 'delete it?' });
    await on.events.until('ask');
    on.events.questions[0]?.refuse(new Error('nobody is here'));
    expect(await on.worker.until('error')).toMatchObject([{ id: 5, message: 'nobody is here' }]);
  });
});

describe('a worker that asks and does not read', () => {
  it('is not read any more, so its host keeps its memory', async () => {
    let asked = 0;
    const answer = Buffer.alloc(64 * 1024);
    const on = await stage({
      limits: { maxBuffered: 1024 * 1024, maxRequests: 100_000 },
      tools: () => {
        asked += 1;
        return answer;
      },
    });
    on.worker.socket.pause();
    const questions = 20_000;
    for (let id = 1; id <= questions; id += 1) on.worker.say({ t: 'call', id, m: 'big', a: 'x'.repeat(100) });
    // The host stops reading: what it does not take stays with the worker.
    while (on.worker.socket.writableLength > 0 && asked === 0) await new Promise(setImmediate);
    let before = -1;
    while (asked !== before) {
      before = asked;
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    }
    expect(asked).toBeLessThan(questions / 2);
    on.worker.socket.resume();
    await on.worker.until('result', 1000);
  });
});
