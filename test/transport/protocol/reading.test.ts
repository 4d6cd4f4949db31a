import { describe, expect, it } from 'vitest';
import { all } from '../../system/support/support.js';
import { live, type Sdk, sdks } from './support/live-worker.js';

describe.each(Object.keys(sdks) as Sdk[])('the connection of a %s worker', (sdk) => {
  it('is read during every kind of call, whichever was served before it', async () => {
    await using worker = await live(sdk, { tools: ({ args }) => Number(args) * 2 });
    const kinds: Record<string, () => Promise<unknown>> = {
      short: () => worker.result('add', { a: 1, b: 2 }),
      later: () => worker.result('later', { value: 3 }),
      long: () => worker.result('spin', { ms: 45 }),
      tool: () => worker.result('tool', { name: 'double', args: 4 }),
      stream: async () => (await all(worker.stream('count', { to: 40 }))).length,
      input: () => worker.result('sum', null, { input: Array.from({ length: 40 }, () => 1) }),
      ping: () => {
        const heard = worker.events.pongs.length;
        worker.port.ping();
        return worker.events.until('pong', heard + 1).then(() => 'pong');
      },
    };
    const answers = { short: 3, later: 3, long: 'done', tool: 8, stream: 40, input: 40, ping: 'pong' };
    const pairs = Object.keys(kinds).flatMap((first) => Object.keys(kinds).map((second) => [first, second]));
    const served: unknown[] = [];
    for (const name of pairs.flat()) served.push([name, await kinds[name]?.()]);
    expect(served).toEqual(pairs.flat().map((name) => [name, Reflect.get(answers, name)]));
    // And all of them at once.
    const together = await Promise.all(Object.entries(kinds).map(async ([name, ask]) => [name, await ask()]));
    expect(Object.fromEntries(together)).toEqual(answers);
  });

  it('reads on while its answers wait for the host, and the other way round', async () => {
    // The last call is one too many: the host reads nothing until what it wrote has been read.
    const size = 512 * 1024;
    await using worker = await live(sdk, { limits: { maxBuffered: 23.5 * size } });
    const bytes = new Uint8Array(size).fill(7);
    const answers = await Promise.all(Array.from({ length: 24 }, () => worker.result('echo', bytes)));
    expect(answers.map((answer) => (answer instanceof Uint8Array ? answer.length : answer))).toEqual(
      answers.map(() => bytes.length),
    );
  });
});
