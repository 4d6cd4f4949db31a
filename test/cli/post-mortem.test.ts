import { expect, it } from 'vitest';
import { z } from 'zod';
import { espalier, LiveCommand, newFolder } from './espalier.js';

const lines = (stdout: string): unknown[] =>
  stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const tree = z.array(z.object({ path: z.string(), status: z.string() }));

/** A host at work on a slot that does not end. */
async function atWork(folder: string) {
  const host = new LiveCommand(
    folder,
    ['run', '--shell', '--exec', 'echo begun; sleep 1000; : {}', '--input', '-'],
    'a\n',
  );
  const run = await host.runId();
  for (;;) {
    const found = lines((await espalier(folder, ['ps', '--json'])).stdout);
    if (found.length > 0) return { host, run };
  }
}

async function treeAt(url: string) {
  const { origin, searchParams } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  const [hello, actors] = await Promise.all(
    ['hello', 'tree'].map(async (name) => (await fetch(`${origin}/api/${name}`, { headers })).json()),
  );
  return {
    hello: z.object({ live: z.boolean(), source: z.string() }).parse(hello),
    actors: z.object({ actors: tree }).parse(actors).actors,
  };
}

it('what a host that was killed has left is shown as such by tree, ps, runs, show and inspect', async () => {
  const folder = newFolder();
  const { host, run } = await atWork(folder);
  const inspector = new LiveCommand(folder, ['inspect']);
  const [, url = ''] = await inspector.says(/^inspect (\S+)$/m);
  await inspector.says(/lives \(pid \d+\); its own inspector also shows/);
  const alive = await treeAt(url);
  expect(alive.hello).toEqual({ live: true, source: 'store' });
  expect(alive.actors.find(({ path }) => path === '/exec')?.status).toBe('living');
  expect((await espalier(folder, ['tree'])).stdout).toMatch(/^host \S+$/m);
  expect(lines((await espalier(folder, ['runs', '--json'])).stdout)).toMatchObject([{ run, status: 'running' }]);

  host.child.kill('SIGKILL');
  await host.result;

  expect((await espalier(folder, ['tree'])).stdout).toMatch(/^host \S+ is dead; its actors as they were seen last$/m);
  const actors = tree.parse(lines((await espalier(folder, ['tree', '--json'])).stdout));
  expect(actors.map(({ path }) => path)).toContain('/exec/workers');
  expect(new Set(actors.map(({ status }) => status))).toEqual(new Set(['dead']));
  expect(lines((await espalier(folder, ['runs', '--json'])).stdout)).toMatchObject([{ run, status: 'interrupted' }]);
  expect((await espalier(folder, ['show', run])).stdout).toMatch(/^status +interrupted$/m);
  const processes = lines((await espalier(folder, ['ps', '--json'])).stdout);
  expect(processes).toMatchObject([
    { state: expect.stringMatching(/gone|suspect/), reason: expect.stringMatching(/host died/) },
  ]);
  // The one that was open sees it too, and one that is opened now.
  for (;;) {
    const { hello, actors: seen } = await treeAt(url);
    if (!hello.live && seen.every(({ status }) => status === 'dead')) break;
  }
  inspector.child.kill('SIGINT');
  expect((await inspector.result).code).toBe(0);
  const later = new LiveCommand(folder, ['inspect']);
  await later.says(/is dead; its actors are shown as they were seen last/);
});
