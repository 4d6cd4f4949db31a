import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProtocolPoolOptions, service } from 'espalier';
import { killProcess, untilEvent, untilReady } from 'espalier/testing';
import { describe, expect, it, vi } from 'vitest';
import { until } from '../../transport/process/support.js';
import { bootError, broken, failing, thrown, words } from '../support/no-boot.js';
import { create, folder, methodsCommand, ownForkers, start } from '../support/support.js';

// Five boots with their pauses take two seconds, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe('a pool whose workers cannot boot', () => {
  it('boots each of them five times, and never again', async () => {
    const count = join(folder(), 'count');
    const system = await start({
      children: [broken({ size: 1, command: ['sh', '-c', `echo x >> ${count}; ${failing}`] })],
    });
    await system.ended;
    expect(readFileSync(count, 'utf8')).toBe('x\n'.repeat(5));
  });

  it('ends alone when it is temporary, and is another pool when it is started again', async () => {
    const system = await start({ children: [broken({ restart: 'temporary' })] });
    const handle = system.pool('p');
    expect(await thrown(handle.call('a'))).toMatchObject(bootError);
    await until('the pool has ended', () => system.whereis('/p') === undefined, 10_000);
    expect(await thrown(system.pool('p').call('a'))).toMatchObject(bootError);
    expect(await thrown(system.tools.call('p.a'))).toMatchObject(bootError);
    expect(system.whereis('/')).toBeDefined();
    const mended = broken({ restart: 'temporary', command: [...methodsCommand], size: 1 });
    expect(await system.supervisor().startChild(mended)).toMatchObject({ ok: true });
    await handle.ready();
    expect(await handle.call('add', { a: 1, b: 2 })).toBe(3);
  });

  it.each<[string, Partial<ProtocolPoolOptions>, RegExp]>([
    ['ends as if all were well', { command: ['cat'] }, /exit code 0 before it was ready$/],
    ['is silent for too long', { command: ['sleep', '60'], bootMs: 20, graceMs: 10 }, /not ready in time$/],
    ['speaks out of protocol', { command: ['sh', '-c', 'echo hello >&3; sleep 60'] }, /hello/],
  ])('says what their program does: it %s', async (_, more, said) => {
    const system = await start({ children: [broken({ size: 1, ...more })] });
    const error = await thrown(system.pool('p').ready());
    expect(error).toMatchObject({ code: 'ESP_WORKER_BOOT', message: expect.stringMatching(said) });
  });

  it('rejects createSystem with the same when that still waits for others', async () => {
    const slow = service({
      id: 'slow',
      command: ['sh', '-c', 'sleep 4; echo up; exec sleep 60'],
      ready: { log: 'up' },
    });
    expect(await thrown(create({ children: [broken(), slow] }))).toMatchObject(bootError);
    expect(ownForkers()).toEqual([]);
  });
});

describe('a pool that was ready once', () => {
  it('stays when its workers cannot boot any more, also when it is restarted, and serves when they can', async () => {
    const flag = join(folder(), 'broken');
    const command = `if [ -e ${flag} ]; then ${failing}; fi; exec "$@"`;
    const system = await start({
      children: [broken({ size: 1, command: ['sh', '-c', command, 'sh', ...methodsCommand] })],
    });
    const handle = system.pool('p');
    await handle.ready();
    writeFileSync(flag, '');
    await system.actor('/p').kill();
    const failed = await untilEvent(system, ({ type }) => type === 'worker.failed');
    expect(failed).toMatchObject({
      path: '/p/workers/1',
      data: { boots: 5, error: { message: expect.stringContaining(words) } },
    });
    await untilEvent(system, ({ type }) => type === 'pool.degraded');
    expect(system.tree().find(({ path }) => path === '/p')).toMatchObject({ state: 'degraded' });
    expect(await thrown(handle.call('a', {}, { timeout: 50 }))).toMatchObject({
      code: 'ESP_TIMEOUT',
      message: expect.stringContaining(`none of its workers is ready: /p/workers/1: 5 boots failed in a row`),
      cause: { code: 'ESP_WORKER_BOOT' },
    });
    // A restart does not forget that: it tries once, and the pool is degraded again.
    await system.actor('/p').kill();
    await untilReady(system, '/p/queue', { after: 2 });
    const again = await untilEvent(system, ({ type, seq }) => type === 'worker.failed' && seq > failed.seq);
    expect(again).toMatchObject({ data: { boots: 6 } });
    expect(system.whereis('/p')?.incarnation).toBe(3);
  });

  it('says why to whoever calls, also when it was empty before that was known', async () => {
    const flag = join(folder(), 'broken');
    const command = `if [ -e ${flag} ]; then ${failing}; fi; exec "$@"`;
    const system = await start({
      children: [broken({ size: 1, command: ['sh', '-c', command, 'sh', ...methodsCommand] })],
    });
    await system.pool('p').ready();
    writeFileSync(flag, '');
    await killProcess(system, '/p');
    await untilEvent(system, ({ type }) => type === 'worker.failed');
    expect(await thrown(system.pool('p').call('a', {}, { timeout: 50 }))).toMatchObject({
      code: 'ESP_TIMEOUT',
      message: expect.stringContaining('none of its workers is ready: /p/workers/1: 5 boots failed in a row'),
      cause: { code: 'ESP_WORKER_BOOT' },
    });
  });
});
