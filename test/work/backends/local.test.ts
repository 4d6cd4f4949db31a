import { expect, it } from 'vitest';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import type { PlaceEvent } from '../../../src/work/backends/contract.js';
import { LocalBackend, type LocalPool } from '../../../src/work/backends/local.js';

it('tells that it takes nothing before it refuses an attempt, though its pool has not said so', async () => {
  let capacity = 2;
  const pool: LocalPool = {
    path: '/pool',
    registers: false,
    methods: [],
    get capacity() {
      return capacity;
    },
    watch: () => ({ [Symbol.dispose]: () => undefined }),
    whenClosed: () => ({ [Symbol.dispose]: () => undefined }),
    begin: () => {
      throw new Error('it takes nothing');
    },
  };
  const backend = new LocalBackend(pool, 'host-a');
  const heard: PlaceEvent[] = [];
  backend.listen({ report: () => undefined, event: (event) => heard.push(event) });
  capacity = 0;
  const attempt = { jobId: slotJobId('run', 0), epoch: 1, attempt: 1 };
  const submitted = backend.submit({
    ...attempt,
    input: 1,
    index: 0,
    method: 'm',
    timeoutMs: null,
    context: null,
    spawnId: null,
  });
  expect(heard.at(-1)).toEqual({ type: 'capacity.changed', capacity: 0 });
  expect(await submitted).toEqual({ type: 'refused', why: 'closed' });
});
