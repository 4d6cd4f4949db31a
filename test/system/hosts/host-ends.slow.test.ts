import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openReader } from 'espalier';
import { describe, expect, it, onTestFinished } from 'vitest';
import { line, until } from '../../transport/process/support.js';
import { folder, methodsCommand, remains, shells, start } from '../support/support.js';

const script = fileURLToPath(new URL('../fixtures/ending-host.mjs', import.meta.url));

/** A host in whose tree everything runs. */
async function startHost() {
  const store = join(folder(), 'store.db');
  const host = spawn(process.execPath, [script, store, methodsCommand[1] ?? ''], { stdio: ['pipe', 'pipe', 'pipe'] });
  host.stderr.resume();
  const exited: Promise<[number | null, NodeJS.Signals | null]> = once(host, 'exit').then(([code, signal]) => [
    code,
    signal,
  ]);
  onTestFinished(() => void host.kill('SIGKILL'));
  const { runId, run }: { runId: string; run: string } = JSON.parse(await line(host.stdout));
  expect(remains(runId).length).toBeGreaterThan(8);
  const say = (word: string) => host.stdin.write(`${word}\n`);
  return { host, store, exited, runId, run, say };
}

type Host = Awaited<ReturnType<typeof startHost>>;
type Ending = readonly [name: string, end: (host: Host) => void, code: number | null, signal: NodeJS.Signals | null];

const bySignal = (signal: NodeJS.Signals): Ending => [signal, ({ host }) => host.kill(signal), null, signal];

describe('when a host ends', () => {
  it.each<Ending>([
    bySignal('SIGTERM'),
    bySignal('SIGINT'),
    bySignal('SIGHUP'),
    bySignal('SIGKILL'),
    ['an uncaught exception', ({ say }) => say('throw'), 1, null],
    ['an unhandled rejection', ({ say }) => say('reject'), 1, null],
    ['process.exit', ({ say }) => say('exit'), 3, null],
    ["process.exit in a machine's action", ({ say }) => say('action'), 4, null],
    ['process.exit in a tool', ({ say }) => say('tool'), 5, null],
  ])('by %s, nothing of it is left, and the next one takes up its run', async (_, end, code, signal) => {
    const host = await startHost();
    end(host);
    expect(await host.exited).toEqual([code, signal]);
    await until('nothing of the host is left', () => remains(host.runId).length === 0, 30_000);
    const system = await start({ store: host.store, children: [shells()] });
    expect(await (await system.runs.continue(host.run)).record()).toMatchObject({ status: 'running' });
  });

  it('by `stop` in a handler of SIGTERM, everything is gone before it is, and its store says that it stopped', async () => {
    const host = await startHost();
    host.say('orderly');
    expect(await host.exited).toEqual([0, null]);
    expect(remains(host.runId)).toEqual([]);
    await using reader = await openReader(host.store);
    expect(await reader.runs.get(host.run)).toMatchObject({ status: 'interrupted' });
    expect((await reader.hosts.newest(1))[0]).toMatchObject({ runId: host.runId, ended: 'stopped' });
  });
});
