import { pool } from 'espalier';
import { expect, it } from 'vitest';
import { folder, methodsCommand, outcome, start } from '../support/support.js';

const operations = new URL('./fixtures/operations.mjs', import.meta.url);
/** So many bytes as JSON. */
const text = (bytes: number) => 'x'.repeat(bytes - 2);

const largeWorker = `import { worker } from 'espalier/worker';
  worker({ methods: { large: (_, bytes) => 'x'.repeat(bytes) } });`;

const small = () =>
  start({
    store: `${folder()}/s.db`,
    maxPayload: 100,
    operations,
    children: [pool({ id: 'echo', command: methodsCommand, size: 1 })],
  });

it('what is larger than maxPayload is refused by one error that names size and limit', async () => {
  const system = await small();
  const job = { queue: 'echo', method: 'echo' };
  const kept = await system.jobs.submit({ ...job, args: text(100) });
  await expect(system.jobs.submit({ ...job, args: text(101) })).rejects.toMatchObject({
    code: 'ESP_PAYLOAD',
    context: { size: 101, limit: 100 },
  });
  const commit = { operation: 'book', args: text(101) };
  const told = [
    () => system.jobs.submit({ ...job, meta: text(101) }),
    () => system.jobs.submit({ ...job, commit }),
    () => system.jobs.answer(kept.id, 'why', text(101)),
    () => system.operations.call('book', text(101)),
    () => system.operations.call('submitLarge', 101),
    () => system.schedules.set('nightly', { cron: '0 0 * * *', job: { ...job, args: text(101) } }),
  ];
  expect(await Promise.all(told.map(outcome))).toEqual(told.map(() => 'ESP_PAYLOAD'));
  // A character is as many bytes as it takes.
  expect(await outcome(() => system.jobs.submit({ ...job, args: 'ä'.repeat(50) }))).toBe('ESP_PAYLOAD');
  expect(await system.jobs.list()).toHaveLength(1);
});

it('a result that is larger fails its job, which is not tried again', async () => {
  const system = await start({
    maxPayload: 100,
    children: [pool({ id: 'large', command: [process.execPath, '--input-type=module', '-e', largeWorker], size: 1 })],
  });
  const job = await system.jobs.submit({ queue: 'large', method: 'large', args: 99, retries: { attempts: 3 } });
  await expect(job.result()).rejects.toMatchObject({ context: { error: { code: 'ESP_PAYLOAD' } } });
  expect((await job.attempts()).map(({ state }) => state)).toEqual(['failed']);
});
