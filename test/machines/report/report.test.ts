import { describe, expect, it } from 'vitest';
import type { NewJournalEvent, WorkerCrash } from '../../../src/machines/events.js';
import { kindOf, troubleOf } from '../../../src/machines/report/report.js';

const error = { code: 'Error', message: 'no stock' };
const crash: WorkerCrash = {
  ...{ spawnId: 's', pid: 7, cause: 'exited', code: 3, signal: null, error: null, served: true },
  ...{ stderr: 'Traceback', rssBytes: null, oomKills: 0 },
};
const crashed = (change: Partial<WorkerCrash>): NewJournalEvent => ({
  type: 'worker.crashed',
  path: '/w/workers/1/worker',
  data: { ...crash, ...change },
});

describe('troubleOf', () => {
  it.each<[NewJournalEvent, string]>([
    [{ type: 'actor.crashed', path: '/m', data: { error } }, '/m crashed: no stock (Error)'],
    [
      {
        type: 'worker.failed',
        path: '/w/workers/1',
        data: { error: { ...error, message: '/w/workers/1: 5 boots failed' }, boots: 5, stderr: '' },
      },
      '/w/workers/1: 5 boots failed (Error)',
    ],
    [
      {
        type: 'supervisor.escalated',
        path: '/',
        data: { reason: 'crash: Error: no stock', intensity: 1, periodMs: 5000 },
      },
      '/ gives up: more than 1 restart within 5000 ms, the last after crash: Error: no stock; it stops its children',
    ],
    [
      { type: 'seat.quarantined', path: '/w/workers/1', data: { reason: 'may still run: 7' } },
      '/w/workers/1 is closed: may still run: 7',
    ],
    [crashed({}), '/w/workers/1/worker crashed: its process (pid 7) ended with exit code 3'],
    [
      crashed({ code: null, signal: 'SIGSEGV' }),
      '/w/workers/1/worker crashed: its process (pid 7) was ended by SIGSEGV',
    ],
    [crashed({ code: null }), '/w/workers/1/worker crashed: its process (pid 7) ended unseen'],
    [crashed({ cause: 'unresponsive', error }), '/w/workers/1/worker crashed: no stock (Error)'],
  ])('puts %j into one sentence', (event, message) => {
    expect(troubleOf(event)?.message).toBe(message);
  });

  it('tells the last words of a process', () => {
    expect(troubleOf(crashed({}))?.lastWords).toBe('Traceback');
    const stderr = 'ImportError: nope';
    expect(troubleOf({ type: 'actor.crashed', path: '/w', data: { error: { ...error, stderr } } })?.lastWords).toBe(
      stderr,
    );
  });

  it('is silent about boots, which are told once they are over, and about what was told below', () => {
    expect(troubleOf(crashed({ served: false }))).toBeNull();
    expect(
      troubleOf({ type: 'actor.crashed', path: '/group', data: { error: { code: 'ESP_START', message: 'no' } } }),
    ).toBeNull();
    expect(troubleOf({ type: 'pool.ready', path: '/w', data: { size: 1 } })).toBeNull();
  });
});

describe('kindOf', () => {
  const kind = (path: string, message: string, code = 'Error') => {
    const told = troubleOf({ type: 'actor.crashed', path, data: { error: { code, message } } });
    return kindOf({ type: 'actor.crashed', error: null, ...told, message: told?.message ?? '' });
  };

  it('tells actors apart, and what they crash with, but not numbers', () => {
    expect(kind('/m', 'order 7 is lost')).toBe(kind('/m', 'order 12 is lost'));
    expect(kind('/m', 'order 7 is lost')).not.toBe(kind('/n', 'order 7 is lost'));
    expect(kind('/m', 'order 7 is lost')).not.toBe(kind('/m', 'order 7 is late'));
  });

  it('takes the seats of a pool that cannot boot, and its own end for that, for one thing', () => {
    const message = '/w/workers/1: 5 boots failed in a row: exit code 1';
    const seat = troubleOf({
      type: 'worker.failed',
      path: '/w/workers/1',
      data: { error: { code: 'ESP_WORKER_BOOT', message }, boots: 5, stderr: '' },
    });
    expect(seat && kindOf({ error: null, ...seat })).toBe(kind('/w', message.replace('/1:', '/2:'), 'ESP_WORKER_BOOT'));
  });
});
