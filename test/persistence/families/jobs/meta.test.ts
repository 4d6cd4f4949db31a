import { expect, it } from 'vitest';
import { jobReads } from '../../../../src/persistence/families/jobs/reads.js';
import { jobNumber, jobWorld, newJob } from './world.js';

it('finds jobs by the texts, numbers and booleans at the top of their meta, also those that were retried', () => {
  const world = jobWorld();
  world.submit(
    newJob(1, { meta: '{"tenant":"x","n":7,"on":true,"deep":{"tenant":"y"}}' }),
    newJob(2, { meta: '{"tenant":"x"}' }),
    newJob(3, { meta: '"x"' }),
    newJob(4),
  );
  const found = (meta: Record<string, string>) =>
    jobReads['jobs.list'](world.db, { meta, limit: 10 }).map(({ jobId }) => jobId);
  expect(found({ tenant: 'x' })).toEqual([jobNumber(2), jobNumber(1)]);
  expect(found({ tenant: 'x', n: '7', on: 'true' })).toEqual([jobNumber(1)]);
  expect(found({ tenant: 'y' })).toEqual([]);
  world.play('jobs.cancel', { by: '', jobId: jobNumber(2), reason: null });
  world.play('jobs.retry', { by: '', jobId: jobNumber(2), as: jobNumber(5) });
  expect(found({ tenant: 'x' })).toEqual([jobNumber(5), jobNumber(2), jobNumber(1)]);
});
