/**
 * What the pool that ours learnt from left broken, one test each. Two more stand elsewhere: recycling that kills work or
 * overgrows (`recycling.slow.test.ts`), and a timed-out call's place given away while its work goes on (`stuck-workers.slow.test.ts`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { groupMembers, lives, until } from '../../transport/process/support.js';
import { workers } from '../support/workers.js';

describe('what others left broken', () => {
  it('a restarted worker is not handed out before it is ready', async () => {
    const stage = await workers('python', { size: 1 });
    const pid = await stage.pid();
    process.kill(pid, 'SIGKILL');
    // Asked while it is gone or boots: answered by the next one, never lost in between.
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.pid()));
    expect(new Set(answers).size).toBe(1);
    expect(answers).not.toContain(pid);
  });

  it('the kill of one that does not answer is no normal exit: it is replaced', async () => {
    const stage = await workers('python', { heartbeatMs: 50, silenceMs: 200 });
    const pid = await stage.pid();
    process.kill(pid, 'SIGSTOP');
    expect((await stage.event('worker.crashed')).data).toMatchObject({ pid, cause: 'unresponsive', served: true });
    expect(await stage.pid()).not.toBe(pid);
  });

  it('a worker is killed with its group, and that it is gone is seen before its successor starts', async () => {
    const stage = await workers('node', { size: 1 });
    const pid = await stage.pid();
    process.kill(pid, 'SIGKILL');
    const next = await stage.pid();
    expect([groupMembers(pid), lives(pid), next === pid]).toEqual([[], false, false]);
    const crashed = await stage.event('worker.crashed');
    expect(crashed.data).toMatchObject({ pid, signal: 'SIGKILL' });
  });

  it('a call whose time was up while it waited is never executed', async () => {
    const stage = await workers('python', { prefetch: 0 });
    const { outcome } = await stage.begun('compute', { ms: 4000 });
    const mark = stage.mark();
    await expect(stage.pool.call('compute', { mark, ms: 1 }, { timeout: 100 })).rejects.toMatchObject({
      code: 'ESP_TIMEOUT',
    });
    await outcome;
    await stage.pid();
    expect(existsSync(mark)).toBe(false);
  });

  it('a worker that exits with 0 without taking its leave has crashed', async () => {
    const stage = await workers('python');
    const pid = await stage.pid();
    await expect(stage.pool.call('end', { code: 0 })).rejects.toMatchObject({
      code: 'ESP_WORKER_EXITED',
      context: { state: 'started', code: 0, kind: 'left' },
    });
    expect((await stage.event('worker.crashed')).data).toMatchObject({ pid, code: 0 });
  });

  it('a call that may run again does so elsewhere, one that may not is told how its worker ended', async () => {
    const stage = await workers('python', { size: 2 });
    await expect(stage.pool.call('abort')).rejects.toMatchObject({
      code: 'ESP_WORKER_EXITED',
      context: { kind: 'abort', signal: 'SIGABRT' },
    });
    const { outcome, mark } = await stage.begun('later', { ms: 4000 }, { idempotent: true });
    const first = Number(readFileSync(mark, 'utf8'));
    process.kill(first, 'SIGKILL');
    expect(await outcome).not.toBe(first);
    await until('it ran twice', () => readFileSync(mark, 'utf8').trim().split('\n').length === 2);
  });
});
