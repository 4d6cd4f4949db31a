import { join } from 'node:path';
import { openReader } from 'espalier';
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
  const args = ['run', '--shell', '--exec', 'echo begun; sleep 1000; : {}', '--input', '-'];
  const host = new LiveCommand(folder, args, 'a\n');
  const run = await host.runId();
  await using reader = await openReader(join(folder, '.espalier', 'espalier.db'));
  while ((await reader.processes.present()).length === 0) await reader.journal.changed();
  return { host, run };
}

async function treeAt(url: string) {
  const { origin, searchParams } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  const [hello, actors] = await Promise.all(
    ['hello', 'tree'].map(async (name) => (await fetch(`${origin}/api/${name}`, { headers })).json()),
  );
  return {
    hello: z.object({ presence: z.string(), source: z.string() }).parse(hello),
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
  expect(alive.hello).toEqual({ presence: 'living', source: 'store' });
  expect(alive.actors.find(({ path }) => path === '/exec')?.status).toBe('living');

  host.child.kill('SIGKILL');
  await host.result;

  const commands = [['tree'], ['tree', '--json'], ['runs', '--json'], ['show', run], ['ps', '--json']];
  const said = await Promise.all(commands.map(async (args) => (await espalier(folder, args)).stdout));
  const [drawn = '', listed = '', runs = '', shown = '', ps = ''] = said;
  expect(drawn).toMatch(/^host \S+ has ended; its actors as they were seen last$/m);
  const actors = tree.parse(lines(listed));
  expect(actors.map(({ path }) => path)).toContain('/exec/workers');
  expect(new Set(actors.map(({ status }) => status))).toEqual(new Set(['dead']));
  expect(lines(runs)).toMatchObject([{ run, status: 'interrupted' }]);
  expect(shown).toMatch(/^status +interrupted$/m);
  const left = { state: expect.stringMatching(/gone|suspect/), reason: expect.stringMatching(/host died/) };
  expect(lines(ps)).toMatchObject([left]);
  // The one that was open sees it too, and one that is opened now.
  for (;;) {
    const { hello, actors: seen } = await treeAt(url);
    if (hello.presence === 'gone' && seen.every(({ status }) => status === 'dead')) break;
  }
  inspector.child.kill('SIGINT');
  expect((await inspector.result).code).toBe(0);
  const later = new LiveCommand(folder, ['inspect']);
  await later.says(/has ended; its actors are shown as they were seen last/);
});
