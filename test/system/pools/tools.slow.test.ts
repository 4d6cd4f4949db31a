import { fileURLToPath } from 'node:url';
import { type Ask, pool, type System, tool, type WorkerMessageFrom } from 'espalier';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../../transport/process/support.js';
import { python } from '../../transport/protocol/support/python.js';
import { start } from '../support/support.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../transport/protocol/fixtures/${name}`, import.meta.url));
const commands = { node: [process.execPath, fixture('methods.mjs')], python: [python, fixture('methods.py')] } as const;
const SDKS = ['node', 'python'] as const;

const double = tool({
  name: 'double',
  description: 'Two times a number',
  input: z.number(),
  run: (_ctx, n) => n * 2,
});
const whose = tool({
  name: 'whose',
  description: 'Who asks, and in which work',
  input: z.object({ loud: z.boolean().default(false) }),
  run: ({ worker, ids }, { loud }) => ({ worker, job: ids?.job ?? null, loud }),
  core: true,
});
const fails = tool({
  name: 'fails',
  description: 'Never works',
  input: z.unknown(),
  run: () => {
    throw Object.assign(new Error('no luck'), { code: 'UNLUCKY' });
  },
});

async function system(onAsk?: (ask: Ask) => void): Promise<System> {
  const children = SDKS.map((id) => pool({ id, command: [...commands[id]], size: 1 }));
  const started = await start({ tools: [double, whose, fails], children, ...(onAsk && { onAsk }) });
  await Promise.all(SDKS.map((id) => started.pool(id).ready()));
  return started;
}

describe('the tools of a system', () => {
  it('are the host tools, core ones first, and what workers said they can do, with their schemas', async () => {
    const { tools } = await system();
    const listed = tools.list();
    expect(listed.slice(0, 3).map(({ name, core, pool: of }) => [name, core, of])).toEqual([
      ['whose', true, null],
      ['double', false, null],
      ['fails', false, null],
    ]);
    expect(listed[1]).toMatchObject({ description: 'Two times a number', input: { type: 'number' } });
    for (const id of SDKS) {
      expect(listed).toContainEqual({
        name: `${id}.add`,
        description: 'Adds two numbers.',
        input: { type: 'object', required: ['a', 'b'] },
        core: false,
        pool: `/${id}`,
      });
    }
    expect(tools.search('NUMBERS two adds').map(({ name }) => name)).toEqual(['node.add', 'python.add']);
    expect(tools.search('double')[0]?.name).toBe('double');
  });

  it('are called by name, several at once, each with its own outcome, in order', async () => {
    const { tools } = await system();
    const outcomes = await tools.callAll([
      { name: 'double', args: 4 },
      { name: 'fails' },
      { name: 'nobody' },
      { name: 'python.add', args: { a: 1, b: 2 } },
      { name: 'double', args: 'four' },
      { name: 'node.echo', args: [1] },
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: 8 },
      { status: 'rejected', reason: { code: 'UNLUCKY' } },
      { status: 'rejected', reason: { code: 'ESP_NOT_FOUND' } },
      { status: 'fulfilled', value: 3 },
      { status: 'rejected', reason: { code: 'ESP_INVALID', message: expect.stringContaining('double: input: ') } },
      { status: 'fulfilled', value: [1] },
    ]);
  });

  it('that do not fit are refused when the system is made', async () => {
    for (const tools of [[double, double], [{ ...double, name: 'has space' }], [{ ...double, name: 'x'.repeat(65) }]]) {
      await expect(start({ tools })).rejects.toMatchObject({ code: 'ESP_INVALID' });
    }
  });
});

describe.each(SDKS)('a %s worker', (id) => {
  it('calls host tools, which know who asks and check what they get', async () => {
    const host = await system();
    const call = (name: string, args?: unknown) =>
      host.pool(id).call('tool', { name, args }, { ctx: { job: 'run:3' } });
    expect(await call('double', 21)).toBe(42);
    expect(await call('whose', { loud: true })).toEqual({
      worker: `/${id}/workers/1/worker`,
      job: 'run:3',
      loud: true,
    });
    await expect(call('double', 'x')).rejects.toMatchObject({ code: 'ESP_INVALID', message: /double: input: / });
    await expect(call('nobody')).rejects.toMatchObject({ code: 'ESP_NOT_FOUND' });
    expect(await host.pool(id).call('tools')).toMatchObject({ listed: ['whose', 'double', 'fails'], found: 1 });
  });

  it('is not bothered with an argument that its method says does not fit', async () => {
    const host = await system();
    expect(await host.pool(id).call('add', { a: 1, b: 2 })).toBe(3);
    await expect(host.pool(id).call('add', 'x')).rejects.toMatchObject({
      code: 'ESP_INVALID',
      message: expect.stringContaining('add: input: '),
    });
  });

  it('asks, and its question waits where it can be seen until it is answered', async () => {
    const heard: unknown[] = [];
    const host = await system((ask) => void heard.push(ask.question));
    const answer = host.pool(id).call('ask', { question: 'delete it?' });
    await until('it has asked', () => host.asks.list().length === 1, 20_000);
    const [ask] = host.asks.list();
    expect([ask?.question, ask?.worker, heard]).toEqual(['delete it?', `/${id}/workers/1/worker`, ['delete it?']]);
    host.asks.answer(ask?.id ?? 0, { yes: true });
    expect([await answer, host.asks.list()]).toEqual([{ yes: true }, []]);
    expect(() => host.asks.answer(ask?.id ?? 0, null)).toThrow(expect.objectContaining({ code: 'ESP_NOT_FOUND' }));
  });

  it('asks in vain when its call is given up: nobody is asked any more', async () => {
    const host = await system();
    const giveUp = new AbortController();
    const call = host.pool(id).call('ask', { question: 'still there?' }, { signal: giveUp.signal });
    await until('it has asked', () => host.asks.list().length === 1, 20_000);
    giveUp.abort();
    await expect(call).rejects.toMatchObject({ code: 'ESP_ABORTED' });
    await until('the question is gone', () => host.asks.list().length === 0, 20_000);
  });

  it('is heard by whoever listens to its pool: logs, events and metrics', async () => {
    const host = await system();
    const said: WorkerMessageFrom[] = [];
    {
      using _listening = host.pool(id).observe((message) => void said.push(message));
      await host.pool(id).call('say');
      await until('all is said', () => said.length >= 3, 20_000);
    }
    expect(said).toMatchObject([
      { t: 'log', lvl: 'warn', msg: 'careful', worker: `/${id}/workers/1/worker` },
      { t: 'log', msg: 'outside' },
      { t: 'metric', name: 'loss', value: 0.25, labels: { model: 'm' } },
    ]);
  });
});
