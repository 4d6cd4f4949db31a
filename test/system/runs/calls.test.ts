import { pool } from 'espalier';
import { expect, it } from 'vitest';
import { all, methodsCommand, outcome, shells, start } from '../support/support.js';

it('a call that rejects is a slot that failed, with the error of the method, and is retried as often as was said', async () => {
  const system = await start({ children: [pool({ id: 'w', command: [...methodsCommand], size: 1 })] });
  const run = await system.runs.start({ pool: 'w', method: 'no such method', slots: [null], retries: 1 });
  const [row] = await all(run.committed());
  expect(row).toMatchObject({ status: 'failed', attempts: 2, error: { code: 'ESP_NOT_FOUND' } });
});

it('a run names a method where its pool serves calls, and none where it runs programs', async () => {
  const children = [shells(), pool({ id: 'w', command: [...methodsCommand], size: 1 })];
  const system = await start({ children });
  expect(await outcome(() => system.runs.start({ pool: 'w', slots: [1] }))).toBe('ESP_INVALID');
  expect(await outcome(() => system.runs.start({ pool: 'shell', method: 'f', slots: [1] }))).toBe('ESP_INVALID');
  expect(await outcome(() => system.runs.start({ pool: 'shell', method: '', slots: [1] }))).toBe('ESP_INVALID');
});
