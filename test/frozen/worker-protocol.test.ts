import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSystem, pool, tool, VERSION } from 'espalier';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { required } from '../support/required.js';
import { soon } from '../support/soon.js';
import { newFolder } from './command-line.js';
import { Normaliser } from './normalise.js';
import { RawHost } from './raw-host.js';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

interface Frame {
  readonly who: string;
  readonly header: { readonly t: string } & Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A line per frame, in their order, and what comes when it likes behind that, once. */
function transcript(frames: readonly Frame[], names: Normaliser): string {
  const line = ({ who, header, body }: Frame) =>
    `${who === 'host' ? '>' : '<'} ${names.line(header)}${body === '' ? '' : ` + ${JSON.stringify(body)}`}\n`;
  const isBeat = ({ header }: Frame) => header.t === 'ping' || header.t === 'pong';
  const beats = frames.filter(isBeat).slice(0, 2);
  return `${frames
    .filter((frame) => !isBeat(frame))
    .map(line)
    .join('')}\nAnd now and then:\n${beats.map(line).join('')}`;
}

it('a worker is told what it was, and its answers mean what they meant', async () => {
  const folder = newFolder();
  const written = join(folder, 'transcript');
  const frames = (): readonly Frame[] =>
    existsSync(written)
      ? readFileSync(written, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line))
      : [];
  const heard = (t: string) => vi.waitUntil(() => frames().some(({ header }) => header.t === t), soon);
  const lookUp = tool({
    name: 'look_up',
    description: 'Looks a word up.',
    input: z.object({ word: z.string() }),
    run: (_context, { word }) => `${word}: a climbing plant`,
    core: true,
  });
  const system = await createSystem({
    name: 'frozen',
    store: ':memory:',
    stdio: 'ignore',
    tools: [lookUp],
    onAsk: (question) => question.answer('you may'),
    children: [
      pool({
        id: 'raw',
        command: [process.execPath, fixture('raw-worker.mjs'), written],
        size: 1,
        config: { model: 'small' },
        heartbeatMs: 200,
      }),
    ],
  });
  const outcomes: unknown[] = [];
  try {
    const raw = system.pool('raw');
    await raw.ready();
    await heard('ping');
    outcomes.push(await raw.call('echo', { text: 'hello', bytes: Buffer.from('xyz') }));
    outcomes.push(await raw.call('echo', 1, { session: 's', ctx: { key: 'k', job: 'j', attempt: 2 } }));
    outcomes.push(await raw.call('bytes'));
    outcomes.push(await raw.call('fail').catch(({ code, message, data }) => ({ code, message, data })));
    const chunks: unknown[] = [];
    for await (const chunk of raw.stream('count')) chunks.push(chunk);
    outcomes.push(chunks);
    outcomes.push(await raw.call('upload', undefined, { input: ['a', { b: 1 }] }));
    outcomes.push(await raw.call('ask', undefined, { timeout: 10_000 }));
    const controller = new AbortController();
    const hanging = raw.call('hang', undefined, { signal: controller.signal, timeout: 60_000 });
    await heard('event');
    controller.abort();
    outcomes.push(await hanging.catch(({ code, message }) => ({ code, message })));
    await vi.waitUntil(() => frames().some(({ header }) => header.code === 'ESP_ABORTED'), soon);
  } finally {
    await system.stop();
  }
  const names = new Normaliser({ folder, version: VERSION, host: system.runId });
  const came = outcomes.map((one) => `${names.line(shown(one))}\n`).join('');
  await expect(`${transcript(frames(), names)}\nWhat came of the calls:\n${came}`).toMatchFileSnapshot(
    'worker-protocol/host.txt',
  );
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What JSON does not know, in its own words. */
function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)]));
}

const sdks = {
  node: [process.execPath, fixture('sdk-worker.mjs')],
  python: ['python3', fixture('sdk-worker.py')],
} as const;

it.each(['node', 'python'] as const)('a worker of the SDK for %s says what it said', async (sdk) => {
  if (sdk === 'python' && !required('python3', hasPython())) return;
  const [program, file] = sdks[sdk];
  await using host = new RawHost(program, [file], {
    PYTHONPATH: fileURLToPath(new URL('../../sdk/python', import.meta.url)),
    PYTHONDONTWRITEBYTECODE: '1',
  });
  const limits = { maxHeader: 1 << 20, maxFrame: 1 << 26, credit: 16 };
  const tools = [{ name: 'look_up', description: 'Looks a word up.' }];
  host.say({ t: 'hello', v: [1], caps: { tools }, worker: '/w', incarnation: 1, config: { model: 'small' }, limits });
  await host.hear('ready');
  host.say({ t: 'call', id: 1, m: 'echo', a: { text: 'hello' }, dl: 60_000, ctx: { key: 'k' } });
  await host.hear('result');
  host.say({ t: 'call', id: 2, m: 'fail' });
  await host.hear('error');
  host.say({ t: 'call', id: 3, m: 'unknown' });
  await host.hear('error');
  host.say({ t: 'call', id: 4, m: 'count', a: { to: 3 } });
  await host.hear('end');
  host.say({ t: 'call', id: 5, m: 'ask' });
  await host.hear('call');
  host.say({ t: 'result', id: 1, r: 'a climbing plant' });
  await host.hear('result');
  host.say({ t: 'call', id: 6, m: 'hang' });
  await host.hear('event');
  host.say({ t: 'ping', n: 1 });
  await host.hear('pong');
  host.say({ t: 'cancel', id: 6, reason: 'cancelled' });
  await host.hear('error');
  host.say({ t: 'shutdown', grace: 5000 });
  await host.hear('bye');
  const code = await host.ended();
  const names = new Normaliser({ version: VERSION });
  await expect(`${host.transcript((message) => names.line(message))}exit ${code}\n`).toMatchFileSnapshot(
    `worker-protocol/${sdk}.txt`,
  );
});
