import { expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/machines/events.js';
import { factOfEvent } from '../../../src/transport/inspector/model/journal-facts.js';

it('a seat that has failed says once how many of its boots did', () => {
  const error = {
    code: 'ESP_WORKER_BOOT',
    message: '/embed/workers/1: 5 boots failed in a row: it was not ready in time',
  };
  const event = {
    type: 'worker.failed',
    seq: 1,
    at: 7,
    path: '/embed/workers/1',
    data: { error, boots: 5, stderr: '' },
  };
  expect(JSON.stringify(factOfEvent(event as JournalEvent, 1)).match(/boots failed/g)).toHaveLength(1);
});
