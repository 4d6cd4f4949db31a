import { existsSync } from 'node:fs';
import { dynamicSupervisor, pool, supervisor } from 'espalier';
import { expect, it } from 'vitest';
import { until } from '../../transport/process/support.js';
import { calls } from '../support/call-runs.js';
import { all, folder, outcome, start } from '../support/support.js';

const shell = pool({ id: 'shell', command: ['/bin/sh', '-c', '{}'], mode: 'exec', size: 1, graceMs: 100 });

it('a run whose pool is ended for good is interrupted, says why, and goes on over another one at that path', async () => {
  const system = await start({
    children: [supervisor({ id: 'group', children: [dynamicSupervisor({ id: 'pools' })] })],
  });
  const pools = system.supervisor('/group/pools');
  await pools.startChild(shell);
  const mark = `${folder()}/mark`;
  const slots = ['true', `test -e ${mark} || { touch ${mark}; exec sleep 600; }`, 'true'];
  const run = await system.runs.start({ pool: '/group/pools/shell', slots });
  const rows = run.committed();
  expect((await rows.next()).value).toMatchObject({ index: 0, status: 'succeeded' });
  await until('the second is at work', () => existsSync(mark), 30_000);
  expect(await pools.terminateChild('shell')).toEqual({ ok: true });
  expect(await outcome(() => rows.next())).toBe('ESP_STOPPED');
  expect(await run.record()).toMatchObject({ status: 'interrupted', counts: { succeeded: 1 } });
  await pools.startChild(shell);
  const again = await system.runs.continue(run.id);
  const left = await all(again.committed());
  expect(left.map(({ index, status }) => [index, status])).toEqual([
    [1, 'succeeded'],
    [2, 'succeeded'],
  ]);
  expect((await run.record()).status).toBe('completed');
});

it('a run goes on over a pool that is restarted, with its supervisor too', async () => {
  const system = await start({ children: [supervisor({ id: 'group', children: [shell] })] });
  const mark = `${folder()}/mark`;
  const slots = [`test -e ${mark} || { touch ${mark}; exec sleep 600; }`, 'true'];
  const run = await system.runs.start({ pool: '/group/shell', slots });
  const rows = all(run.committed());
  await until('the first is at work', () => existsSync(mark), 30_000);
  await system.actor('/group/shell').kill();
  await system.actor('/group').kill();
  expect((await rows).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
});

it('a run over workers of which none ever boots ends with what they said', async () => {
  const { run } = await calls('node', { command: ['/bin/false'], size: 1, restart: 'temporary' });
  const begun = await run('pid', [{}]);
  expect(await outcome(() => all(begun.committed()))).toBe('ESP_WORKER_BOOT');
  expect((await begun.record()).status).toBe('interrupted');
});
