import { drain } from 'espalier/testing';
import { expect, it } from 'vitest';
import { shells, start } from '../system/support/support.js';

it('a queue is drained once nothing of it runs or could start, whatever else waits', async () => {
  const system = await start({ children: [shells({ size: 2 })] });
  expect(await drain(system, 'shell')).toEqual({});
  const input = 'sleep 0.02';
  await system.jobs.submitMany([
    ...Array.from({ length: 10 }, () => ({ queue: 'shell', input })),
    { queue: 'shell', input: 'exit 1' },
    { queue: 'shell', input, delayMs: 3_600_000 },
  ]);
  expect(await drain(system, '/shell')).toEqual({ succeeded: 10, failed: 1, parked: 1 });
});

it('one that is served by nobody is not, and says what is left', async () => {
  const system = await start({});
  await system.jobs.submit({ queue: 'nobody', input: 'x' });
  await expect(drain(system, 'nobody', { timeout: 50 })).rejects.toMatchObject({
    code: 'ESP_TEST',
    message: expect.stringContaining('1 queued, 0 running'),
  });
});
