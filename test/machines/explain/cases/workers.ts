import type { JournalEvent, NewJournalEvent } from '../../../../src/machines/events.js';
import type { HostFact } from '../../../../src/machines/explain/findings/facts.js';
import { closed, crash, earlier, facts, host, journal, NOW, ready } from '../support.js';
import type { Cases } from './cases.js';

const told = { code: 'ESP_PROTOCOL', message: 'no {' };
const series = (...crashes: readonly NewJournalEvent[]) => facts(journal(...crashes));
const three = <T>(one: T): [T, T, T] => [one, one, one];

/** The crash of another seat of the pool. */
const second = crash({}, '2');

const unresponsive: JournalEvent[] = journal(
  {
    type: 'worker.unresponsive',
    path: '/p/workers/1/worker',
    data: { pid: 5, silentMs: 61_000, cpuMs: 3200, stack: 'File "embed.py", line 3\n\n  in wait\n' },
  },
  crash({
    cause: 'unresponsive',
    code: null,
    signal: 'SIGKILL',
    error: { code: 'ESP_WORKER_EXITED', message: 'silent' },
  }),
);

const lost = { presence: 'gone', heartbeatAt: NOW - 20_000 } as const;

/** A loop that was over 62 s ago, in a host that lives no more; something else was journalled a second ago. */
function held(how: Partial<HostFact>, writer?: string) {
  const loop = earlier(62_000 - 100, journal(...three(crash()), ready));
  const later = { type: 'pool.ready', path: '/q', data: { size: 1 }, seq: 9, at: NOW - 1000 } as const;
  return facts(writer === undefined ? loop : [...loop, { ...later, runId: writer }], { host: { ...host, ...how } });
}

/** A service whose worker crashes again and again, seen while it waits for its next life. */
function between(path: string, state: string) {
  const lives = three(crash()).map((event) => ({ ...event, path: '/redis/worker' }));
  const actors = [{ path, role: 'x', state, at: NOW - 500 }];
  return facts(journal(...lives), { target: { kind: 'actor', path }, actors });
}

export const workers: Cases = {
  'ended by itself': series(crash()),
  'ended by itself, twice, and said nothing': series(crash({ stderr: ' \n' }), crash({ stderr: '' })),
  'ended, and nobody saw how': series(crash({ code: null, served: false })),
  'ended, asked by somebody, with 300 KiB': series(crash({ cause: 'stopped', rssBytes: 307_200, code: 0 })),
  'ended twice, and is ready since': series(crash(), crash(), ready),
  'ended twice, and has been ready for a minute': facts([...earlier(60_000, journal(crash(), crash(), ready))]),
  'ended long ago, and then twice just now': facts([
    ...earlier(200_000, journal(crash({ code: 1 }))),
    ...journal(second, crash(), crash()).map((event) => ({ ...event, seq: event.seq + 1 })),
  ]),
  'ended a minute apart': facts([...earlier(60_000, journal(crash())), ...journal(crash())]),
  'ended more than a minute apart': facts([...earlier(60_001, journal(crash())), ...journal(crash())]),
  'ended in an execution: that is the affair of its slot': facts(journal({ ...crash(), ctx: { job: 'r:0' } })),
  'three seats in the same way': series(crash(), second, crash({}, '3')),
  'two seats in different ways': series(crash(), crash({ code: null, signal: 'SIGSEGV' }, '2')),
  'killed by SIGKILL': series(crash({ code: null, signal: 'SIGKILL', rssBytes: 4_300_000 })),
  'killed by SIGSEGV': series(crash({ code: null, signal: 'SIGSEGV', rssBytes: 12 })),
  'killed for want of memory': series(
    crash({ code: null, signal: 'SIGKILL', oomKills: 1, rssBytes: 3_221_225_472 }),
    crash({ code: null, signal: 'SIGKILL', oomKills: 2 }),
  ),
  'ended with a stack': series(
    crash({
      code: 1,
      stderr: `a.js:1\n  throw e\n  ^\n\nError: no "model"\n    at f (a.js:1:1)\n    at async g (b.js:1:1)\n\nNode.js v20.20.2\n`,
    }),
  ),
  'out of memory by its own words': series(crash({ code: 1, stderr: 'Traceback\n\n  File\nMemoryError: 9\nbye\n' })),
  'broke the protocol': series(crash({ cause: 'protocol_error', error: told })),
  'broke the protocol before it was ready, and nobody kept what it said': series(
    ...three(crash({ cause: 'protocol_error', served: false })),
    closed,
  ),
  'was silent': facts(unresponsive),
  'was silent, and its CPU and stack are unknown': facts(
    unresponsive.map((event) =>
      event.type === 'worker.unresponsive' ? { ...event, data: { ...event.data, cpuMs: null, stack: ' \n' } } : event,
    ),
  ),
  'was silent, deep in its work': facts(
    unresponsive.map((event) =>
      event.type === 'worker.unresponsive'
        ? { ...event, data: { ...event.data, stack: Array.from({ length: 9 }, (_, n) => `  line ${n}\n`).join('') } }
        : event,
    ),
  ),
  'failed its health checks': series(
    crash({ cause: 'protocol_error', error: { code: 'ESP_TIMEOUT', message: '3 checks' } }),
  ),
  'ran too long': series(crash({ cause: 'timed_out' })),
  'did not answer': series(crash({ cause: 'unresponsive' })),
  'was not ready in time': series(...three(crash({ cause: 'boot_timeout', served: false, stderr: '' }))),
  'could not be started': series(
    crash({ cause: 'spawn_failed', served: false, stderr: '', error: { code: 'ESP_SPAWN', message: 'EAGAIN' } }),
  ),
  'could not be started, and nobody knows why': series(crash({ cause: 'spawn_failed', stderr: '' })),
  'never became ready: three boots': series(...three(crash({ served: false }))),
  'never became ready: closed': series(crash({ served: false }), closed),
  'never became ready: closed, and its pool has ended with it': series(crash({ served: false }), closed, {
    type: 'actor.crashed',
    path: '/p',
    data: { error: { code: 'ESP_START', message: '/p did not start: 5 boots' } },
  }),
  'did not become ready for a while, and has been since': facts([
    ...earlier(60_000, journal(crash({ served: false }), closed, ready)),
  ]),
  'never became ready, and the seat had been closed before': series(closed, crash({ served: false })),
  'another seat is closed': series(crash(), { ...closed, path: '/p/workers/2' }),
  'is in a crash loop': facts(
    journal(...three(crash()), crash({ code: null, signal: 'SIGTERM', stderr: 'x'.repeat(700) })),
  ),
  'is in a crash loop, and says nothing': series(...three(crash({ stderr: '' }))),
  'is in a crash loop that began with a boot': series(crash({ served: false }), crash(), crash()),
  'is in a long crash loop': series(...Array.from({ length: 9 }, (_, n) => crash({ code: n + 1 }))),
  'is in a crash loop, and is ready, but not for long': series(...three(crash()), ready),
  'was in a crash loop, and has held since': facts([...earlier(60_000, journal(...three(crash()), ready))]),
  'was in a crash loop in a host that has ended since': facts(
    journal(...three(crash()), ready).map((event) =>
      event.type === 'worker.ready' ? { ...event, at: NOW - 70_000 } : event,
    ),
    { host: { ...host, ended: 'stopped', endedAt: NOW - 5000 } },
  ),
  'was in a crash loop, and held for less than a minute before its host ended': held({
    ended: 'stopped',
    endedAt: NOW - 5000,
  }),
  'was in a crash loop, and held for less than a minute before its host was lost': held({
    presence: 'gone',
    heartbeatAt: NOW - 5000,
  }),
  'was in a crash loop, and held for a minute, by what its lost host wrote last': held(lost, 'h'),
  'was in a crash loop, and held for less than a minute, whatever another host wrote': held(lost, 'other'),
  'a service is in a crash loop, and waits': between('/redis', 'backingOff'),
  'the worker of a service is in a crash loop, and has ended': between('/redis/worker', 'exited'),
  'a service waits, and nobody knows why': facts([], {
    actors: [{ path: '/p', role: 'x', state: 'backingOff', at: NOW }],
  }),
  'a service ended': series({ ...crash(), path: '/redis/worker' }),
};
