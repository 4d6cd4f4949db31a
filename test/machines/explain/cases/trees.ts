import type { NewJournalEvent } from '../../../../src/machines/events.js';
import type { RecycleReason } from '../../../../src/machines/worker/recycle.js';
import { degraded, earlier, facts, host, journal, NOW, ready } from '../support.js';
import type { Cases } from './cases.js';

const of = (...events: readonly NewJournalEvent[]) => facts(journal(...events));

const crashed = (path = '/p', code = 'E'): NewJournalEvent => ({
  type: 'actor.crashed',
  path,
  data: { error: { code, message: 'bad' } },
});
const unstarted = (message: string): NewJournalEvent => ({
  type: 'actor.crashed',
  path: '/p',
  data: { error: { code: 'ESP_START', message } },
});
const restarted = (reason = 'crash: E: bad', path = '/p'): NewJournalEvent => ({
  type: 'actor.restarted',
  path,
  data: { reason, restarts: 1 },
});
const escalated: NewJournalEvent = {
  type: 'supervisor.escalated',
  path: '/p',
  data: { reason: 'crash: E: bad', intensity: 1, periodMs: 5000 },
};
const overflow = (policy: 'reject' | 'wait' | 'drop-oldest', times = 1, path = '/p'): NewJournalEvent => ({
  type: 'queue.overflowed',
  path,
  data: { policy, limit: 10, times },
});
const recycled = (reason: RecycleReason, detail = '', rss: number | null = 300 * 1024 * 1024): NewJournalEvent => ({
  type: 'worker.recycled',
  path: '/p/workers/1/worker',
  data: { reason, detail, calls: 3, ageMs: 3_600_000, rss },
});
const quarantined: NewJournalEvent = { type: 'seat.quarantined', path: '/p/workers/1', data: { reason: 'no cookie' } };
const suspect: NewJournalEvent = { type: 'process.suspect', data: { spawnId: 's', pid: 9, reason: 'other ticks' } };
const registered = { path: '/p/workers/1/worker', jobId: null, pid: 9, state: 'suspect' } as const;
const actor = (state: string) => ({ actors: [{ path: '/p', role: 'machine', state, at: NOW - 3_600_000 }] });

/** Three crashes, each followed by a restart. */
const loop = [1, 2, 3].flatMap(() => [crashed(), restarted()]);

export const trees: Cases = {
  'an actor that crashed': of(crashed()),
  'an actor that was started again': of(crashed(), restarted(), restarted('other', '/q')),
  'an actor that crashed in a row': of(...loop),
  'an actor that crashed in a row, the last time for good': of(...loop.slice(0, -1)),
  'an actor that crashed in a row and has held since': facts(earlier(60_000, journal(...loop))),
  'an actor that crashed now and then': facts([
    ...earlier(60_001, journal(...loop.slice(0, 4))),
    ...journal(...loop.slice(4)).map((event) => ({ ...event, seq: event.seq + 4 })),
  ]),
  'a service whose program does not boot': of(...[1, 2, 3].map(() => crashed('/p', 'ESP_WORKER_BOOT'))),
  'a pool whose workers never booted': of(unstarted('/p did not start: /p/workers/1: 5 boots failed')),
  'a supervisor of such a pool': of(unstarted('/p/q did not start: /p/q/workers/1: 5 boots failed;\n  oh\n  no')),
  'an actor taken along once': of(crashed('/q'), restarted('crash: E: bad', '/q'), restarted('with /q')),
  'an actor taken along twice': of(restarted('with /q'), restarted('with /z')),
  'the host of one that was taken along': {
    ...of(restarted('with /q')),
    target: { kind: 'host', host: 'h' },
  },
  'a supervisor that gave up': of(restarted(), escalated),
  'a supervisor that gave up and is back': of(escalated, restarted('x', '/q'), restarted()),
  'a queue that was full': of(overflow('reject')),
  'a queue in which callers waited': of(overflow('wait', 2), overflow('wait', 3), overflow('reject', 1, '/q')),
  'a queue that dropped the oldest, a minute ago': facts(earlier(60_000, journal(overflow('drop-oldest')))),
  'a queue that dropped the oldest, less than a minute ago': facts(earlier(59_899, journal(overflow('drop-oldest')))),
  'a pool without a seat': of(degraded, { type: 'pool.degraded', path: '/p', data: { usable: 0, size: 2 } }),
  'a pool that is well again': of(degraded, { type: 'pool.ready', path: '/p', data: { size: 1 } }),
  'a pool that was well, and another': of(
    { type: 'pool.ready', path: '/p', data: { size: 1 } },
    { ...degraded, path: '/q' },
  ),
  'workers that were replaced': of(
    recycled('maxCalls'),
    recycled('ttl'),
    recycled('idleTtl'),
    recycled('maxRss', '', null),
    recycled('asked'),
    recycled('wish', 'tired'),
  ),
  'a worker that had too many calls': of(recycled('maxCalls')),
  'a worker that took too much memory': of(recycled('maxRss')),
  'a worker that was to be replaced': of(recycled('asked')),
  'a worker that wished it, and said no reason': of(recycled('wish')),
  'a seat in quarantine': of(suspect, quarantined),
  'a seat in quarantine that is open again': of(quarantined, suspect, ready),
  'a seat in quarantine whose sibling is ready': of(quarantined, { ...ready, path: '/p/workers/11/worker' }),
  'a suspect process': facts(journal(suspect), { processes: [{ ...registered, state: 'live' }, registered] }),
  'a suspect process of a job, of which little is known': facts([], {
    processes: [{ ...registered, jobId: 'r:0', pid: null }],
  }),
  'a process that is not suspect': facts([], { processes: [{ ...registered, state: 'live' }] }),
  'an actor that is well': facts([], actor('idle')),
  'a worker that is well': facts(journal({ ...ready, path: '/p' }, { ...ready, path: '/q' }), actor('ready')),
  'an actor that has ended': facts([], actor('exited')),
  'an actor that nobody knows': facts([], { actors: [{ path: '/q', role: 'machine', state: 'idle', at: 1 }] }),
  'an actor of a host that has ended': facts([], {
    ...actor('idle'),
    host: { ...host, ended: 'stopped', endedAt: null, presence: 'unknown' },
  }),
  'an actor without a host': facts([], { ...actor('idle'), host: null }),
  'a host that nobody knows': facts([], { target: { kind: 'host', host: 'x' }, host: null }),
  'a run that nobody knows': facts([], { target: { kind: 'run', run: 'x' }, host: null }),
};
