import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDirectSpawner } from '../../../src/transport/process/direct.js';
import { workerEnvironment } from '../../../src/transport/protocol/port/environment.js';
import { Port } from '../../../src/transport/protocol/port/port.js';
import { type Sdk, sdks } from './support/live-worker.js';
import { Recorder } from './support/recorder.js';
import { deferred } from './support/scripted-worker.js';

const environment = () => {
  const set = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...workerEnvironment(Object.fromEntries(set)), PYTHONDONTWRITEBYTECODE: '1' };
};

describe.each(Object.keys(sdks) as Sdk[])('a %s worker that a spawner started', (sdk) => {
  it('boots, serves and leaves over the port that it was given', async () => {
    await using spawner = await createDirectSpawner({ runId: `test-${randomBytes(8).toString('hex')}` });
    const spawned = await spawner.spawn({
      spawnId: 'one',
      label: 'test:/w',
      command: [...sdks[sdk]],
      cwd: process.cwd(),
      env: environment(),
      port: true,
    });
    spawned.stdout.resume();
    spawned.stderr.resume();
    const events = new Recorder();
    if (spawned.port === null) throw new Error('no port');
    const port = new Port({ connection: spawned.port, worker: '/w', incarnation: 1, events, now: () => 0 });
    await events.until('ready');
    expect(port.ready?.pid).toBe(spawned.identity.pid);
    const { promise, resolve } = deferred<unknown>();
    const bytes = Buffer.alloc(1_000_000, 7);
    port.call({ method: 'echo', args: bytes }, (outcome) => {
      resolve(outcome.kind === 'result' && outcome.value instanceof Uint8Array && bytes.equals(outcome.value));
    });
    expect(await promise).toBe(true);
    port.shutdown(5000);
    expect(await spawned.exited).toEqual({ code: 0, signal: null });
    await events.until('ended');
    expect(events.ends).toEqual([{ bye: true, readToEnd: true, error: null }]);
  });
});
