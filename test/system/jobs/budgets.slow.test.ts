import { expect, it } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { Marks, shells, start } from '../support/support.js';

const usage = { usd: '/usd', from: 'each-line', as: 'sum' } as const;

it('a family whose programs have used up its budget has failed, and by then their processes are gone', async () => {
  const system = await start({ children: [shells({ size: 4 })] });
  const marks = new Marks();
  const parent = await system.jobs.submit({
    ...{ queue: 'shell', budget: { usd: 2 }, usage },
    input: `echo '{"usd":0.5}'; ${marks.mark('parent')}; exec sleep 300`,
  });
  const pids = [await marks.pid('parent')];
  const child = await system.jobs.submit({
    ...{ queue: 'shell', parent, usage },
    input: `${marks.mark('child')}; for n in 1 2 3 4 5 6; do echo '{"usd":0.3}'; done; exec sleep 300`,
  });
  pids.push(await marks.pid('child'));
  for (const job of [child, parent]) {
    expect(await job.wait()).toMatchObject({ state: 'failed', error: { code: 'ESP_BUDGET' } });
  }
  expect(pids.filter((pid) => lives(pid))).toEqual([]);
  const told: string[] = [];
  for await (const { type } of system.events.subscribe({ after: 0, follow: false }))
    if (type.startsWith('budget.')) told.push(type);
  expect(told).toEqual(['budget.warned', 'budget.exceeded']);
  await expect(system.jobs.submit({ queue: 'shell', input: 'true', parent })).rejects.toThrow();
});

it('what a reserve leaves no room for waits, and goes on when the budget is raised', async () => {
  const system = await start({ children: [shells({ size: 4 })] });
  const marks = new Marks();
  const parent = await system.jobs.submit({
    ...{ queue: 'shell', budget: { usd: 2 }, usage: { usd: '/usd' } },
    input: `${marks.mark('on')}; exec sleep 300`,
  });
  await marks.pid('on');
  const spec = { queue: 'shell', parent, reserve: { usd: 1.5 }, usage: { usd: '/usd' } };
  const first = await system.jobs.submit({ ...spec, input: `${marks.mark('first')}; exec sleep 300` });
  await marks.pid('first');
  const second = await system.jobs.submit({ ...spec, input: `echo '{"usd":0.1}'` });
  await system.jobs.submit({ queue: 'shell', input: 'true' }).then((other) => other.result());
  expect(await second.record()).toMatchObject({ state: 'parked', parked: { reason: 'budget' } });
  await system.jobs.setBudget(parent.id, { usd: 5 });
  expect((await second.wait()).state).toBe('succeeded');
  await parent.cancel();
  await first.wait();
});
