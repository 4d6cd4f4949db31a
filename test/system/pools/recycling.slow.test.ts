import { type ProtocolPoolOptions, pool } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { lives, until } from '../../transport/process/support.js';
import { start } from '../support/support.js';
import { SDKS, stuck, workers } from '../support/workers.js';

describe.each(SDKS)('a %s worker that is worn', (sdk) => {
  it.each<[string, Partial<ProtocolPoolOptions>]>([
    ['maxCalls', { maxCalls: 3 }],
    ['ttl', { ttl: 300 }],
    ['idleTtl', { idleTtl: 200 }],
    ['maxRss', { maxRss: 150 * 2 ** 20 }],
    ['wish', {}],
  ])('is replaced, its successor first: %s', async (reason, options) => {
    const stage = await workers(sdk, { heartbeatMs: 50, ...options });
    const pid = await stage.pid();
    if (reason === 'maxCalls') for (let n = 0; n < 3; n += 1) await stage.pid();
    if (reason === 'maxRss') await stage.pool.call('grow', { bytes: 160 * 2 ** 20 });
    if (reason === 'wish') await stage.pool.call('wish');
    const recycled = await stage.event('worker.recycled');
    expect(recycled).toMatchObject({ path: '/w/workers/1/worker', data: { reason } });
    if (reason === 'wish') expect(recycled.data.detail).toBe('leaks');
    if (reason === 'maxRss') expect(recycled.data.rss).toBeGreaterThan(150 * 2 ** 20);
    const ready = await untilEvent(
      stage.system,
      ({ type, path }) => type === 'worker.ready' && path === '/w/workers/2/worker',
    );
    expect(ready.seq).toBeLessThan(recycled.seq);
    await until('the old one is gone', () => !lives(pid), 20_000);
    expect(await stage.pid()).not.toBe(pid);
  });

  it('finishes what it runs, and the pool is never smaller than its size nor larger by more than one', async () => {
    const stage = await workers(sdk, { size: 2, window: 1, prefetch: 0 });
    const { outcome } = await stage.begun('later', { ms: 1500 });
    const before = new Set(await Promise.all([stage.pid()]));
    let most = 0;
    let least = 99;
    const watch = setInterval(() => {
      most = Math.max(most, stage.seats().length);
      least = Math.min(least, stage.seats().length);
    }, 5);
    const recycled = stage.pool.recycle();
    const calls = Array.from({ length: 20 }, () => stage.pid());
    expect(await outcome).toEqual(expect.any(Number));
    await Promise.all(calls);
    await recycled;
    clearInterval(watch);
    expect([least, most]).toEqual([2, 3]);
    expect(before.has(await stage.pid())).toBe(false);
    expect(stage.seats()).toEqual(['/w/workers/3/worker', '/w/workers/4/worker']);
  });
});

describe('a pool', () => {
  it('grows and shrinks, and what runs in a seat that goes is finished', async () => {
    const stage = await workers('node', { size: 1, prefetch: 0 });
    await stage.pool.resize(3);
    expect(stage.seats()).toHaveLength(3);
    const running = await Promise.all([1, 2, 3].map(() => stage.begun('later', { ms: 500 })));
    const shrunk = stage.pool.resize(1);
    expect(new Set(await Promise.all(running.map(({ outcome }) => outcome))).size).toBe(3);
    await shrunk;
    expect(stage.seats()).toEqual(['/w/workers/1/worker']);
    await expect(stage.pool.resize(0)).rejects.toMatchObject({ code: 'ESP_INVALID' });
  });

  it('keeps its size when its supervisor of workers is restarted', async () => {
    const stage = await workers('node', { size: 1 });
    await stage.pool.resize(2);
    await stage.pool.recycle();
    await stage.system.actor('/w/workers').kill();
    const next = ['/w/workers/3/worker', '/w/workers/4/worker'];
    await until('both live again', () => stage.seats().join() === next.join(), 20_000);
    await stage.pool.ready();
    expect(await stage.pid()).toEqual(expect.any(Number));
  });

  it('drains: takes nothing more, finishes what runs and what waits, and can be resumed', async () => {
    const stage = await workers('node', { size: 1, prefetch: 0 });
    const { outcome } = await stage.begun('later', { ms: 300 });
    const waiting = stage.pid();
    let drained = false;
    const drain = stage.pool.drain().then(() => {
      drained = true;
    });
    await expect(stage.pid()).rejects.toMatchObject({ code: 'ESP_STOPPED' });
    expect([await outcome, drained]).toEqual([expect.any(Number), false]);
    await Promise.all([waiting, drain]);
    stage.pool.resume();
    expect(await stage.pid()).toEqual(expect.any(Number));
  });

  it('boots ten workers at a time', async () => {
    const system = await start({ children: [pool({ id: 'w', command: [...stuck.python], size: 14, graceMs: 1000 })] });
    let most = 0;
    const spawned = new Set<string>();
    const ready = system.pool('w').ready();
    for await (const { type, path = '' } of system.events.subscribe({ after: 0 })) {
      if (type === 'process.spawned') spawned.add(path);
      if (type === 'worker.ready') spawned.delete(path);
      most = Math.max(most, spawned.size);
      if (type === 'pool.ready') break;
    }
    await ready;
    expect(most).toBeLessThanOrEqual(10);
  });
});
