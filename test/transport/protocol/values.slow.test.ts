import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type LiveWorker, live, type Sdk, sdks } from './support/live-worker.js';
import { python } from './support/python.js';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const commands = {
  node: [process.execPath, fixture('values.mjs')],
  python: [python, fixture('values.py')],
} as const satisfies Record<Sdk, readonly [string, string]>;

const start = (sdk: Sdk, options = {}) => live(sdk, { command: commands[sdk], ...options });

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** It serves calls as before. */
async function lives(worker: LiveWorker): Promise<void> {
  expect(await worker.result('echo', 'still here')).toBe('still here');
  expect(worker.events.failures).toEqual([]);
}

describe.each(Object.keys(sdks) as Sdk[])('a %s worker', (sdk) => {
  it.each([
    ...['nan', 'endless', 'error', 'pattern', 'instance', 'function', 'set', 'undefined', 'date', 'cycle', 'deep'],
    'huge',
  ])('refuses to answer with what cannot be carried, and goes on: %s', async (name) => {
    await using worker = await start(sdk);
    const refused = { code: 'ESP_INVALID' };
    await expect(worker.result('answer', { name })).rejects.toMatchObject(refused);
    await expect(drain(worker.stream('stream', { name }))).rejects.toMatchObject(refused);
    await expect(worker.result('tell', { name })).rejects.toMatchObject(refused);
    await lives(worker);
  });

  it.each(['getter', 'thenable', 'proxy'])('outlives a result that throws when it is looked at: %s', async (name) => {
    await using worker = await start(sdk);
    await expect(worker.result('answer', { name })).rejects.toMatchObject({ name: 'RemoteError' });
    await expect(drain(worker.stream('stream', { name }))).rejects.toMatchObject({ name: 'RemoteError' });
    await lives(worker);
  });

  it.each(['mute', 'proxy', 'nothing', 'bare', 'big', 'deep', 'long'])(
    'outlives whatever is thrown, and tells of it: %s',
    async (name) => {
      await using worker = await start(sdk);
      for (const method of ['raise', 'reject']) {
        const error = { name: 'RemoteError', message: expect.any(String), code: expect.any(String) };
        await expect(worker.result(method, { name })).rejects.toMatchObject(error);
      }
      await lives(worker);
    },
  );

  it('carries integers of any size in both directions, also through a host tool', async () => {
    const seen: unknown[] = [];
    const tools = ({ args }: { args: unknown }) => {
      seen.push(args);
      return { twice: Array.isArray(args) ? args.map((n) => 2n * BigInt(n)) : null };
    };
    await using worker = await start(sdk, { tools });
    const numbers = [738527931269425001n, -(2n ** 64n) - 1n, 2 ** 60, -(2 ** 53), 1e21, 0.5, 10n ** 400n];
    expect(await worker.result('echo', numbers)).toEqual(numbers);
    expect(await worker.result('answer', { name: 'big' })).toBe(2n ** 64n + 1n);
    const bytes = { n: 2n ** 64n, image: Buffer.from([1, 2]) };
    expect(await worker.result('echo', bytes)).toEqual(bytes);
    expect(await worker.result('tool', [2n ** 64n, 1n])).toEqual({ twice: [2n ** 65n, 2] });
    expect(seen).toEqual([[2n ** 64n, 1]]);
    await expect(worker.result('raise', { name: 'big' })).rejects.toMatchObject({ data: { n: 2n ** 64n } });
    await lives(worker);
  });

  it('carries text as it is, half a character too, and minus zero', async () => {
    await using worker = await start(sdk);
    expect(await worker.result('answer', { name: 'surrogate' })).toBe('\ud800');
    expect(await worker.result('echo', ['\udc00x', { '\ud800': 1 }])).toEqual(['\udc00x', { '\ud800': 1 }]);
    expect(await worker.result('echo', -0)).toBe(-0);
  });

  it('is never sent what cannot be carried', async () => {
    await using worker = await start(sdk);
    for (const args of [Number.NaN, new Map(), [undefined], { f: () => 1 }, /x/]) {
      expect(() => worker.call('echo', args)).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
    }
    await lives(worker);
  });
});

it('a Node worker that throws a record tells its code, its message and what else it holds', async () => {
  await using worker = await start('node');
  await expect(worker.result('raise', { name: 'record' })).rejects.toMatchObject({
    code: 'NO_ROOM',
    message: 'the shelf is full',
    data: { shelf: 3 },
  });
});
