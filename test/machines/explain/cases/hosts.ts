import type { NewJournalEvent } from '../../../../src/machines/events.js';
import type { DiskFact, HostFact } from '../../../../src/machines/explain/findings/facts.js';
import { earlier, facts, host, journal, NOW } from '../support.js';
import type { Cases } from './cases.js';

const of = (more: Partial<HostFact>, ...events: readonly NewJournalEvent[]) =>
  facts(journal(...events), { target: { kind: 'host', host: 'h' }, host: { ...host, ...more } });

const died: Partial<HostFact> = { presence: 'gone', heartbeatAt: NOW - 60_000 };
const fenced = (by: string, which = 'h'): NewJournalEvent => ({ type: 'host.fenced', data: { fenced: which, by } });
const started = (generation: number): NewJournalEvent => ({
  type: 'forker.started',
  data: { pid: 10 + generation, generation },
});
const exited = (generation: number): NewJournalEvent => ({
  type: 'forker.exited',
  data: { pid: 10 + generation, generation, code: null, signal: 'SIGKILL' },
});

const stack = 'TypeError: no price\n    at node:internal/x:1:1\n    at sell (file:///app/shop.js:7:3)';
const crashed = {
  type: 'host.crashed',
  data: { origin: 'uncaughtException', code: null, error: { code: 'TypeError', message: 'no price', stack } },
} as const satisfies NewJournalEvent;

const full = { code: 'ESP_STORE_FULL', message: 'disk full' };
const broken = { code: 'ESP_STORE', message: 'disk I/O error' };
const trouble = { host: 'h', error: full, writes: 3, from: NOW - 9000, to: NOW - 2000 };
const disk = (more: Partial<DiskFact>) => ({ disk: { file: '/data/f.db', freeBytes: null, trouble: null, ...more } });
const refused: NewJournalEvent = { type: 'store.refused', data: { ...trouble, error: broken, writes: 1 } };
const elsewhere: NewJournalEvent = { type: 'store.refused', data: { ...trouble, host: 'other' } };

export const hosts: Cases = {
  running: of({}),
  'running by the word of the store': of({ presence: 'unknown' }),
  'stopped in order': of(
    { ended: 'stopped', endedAt: NOW - 1000, presence: 'gone' },
    { type: 'host.ended', data: { how: 'stopped' } },
  ),
  'dead, and nobody has taken over': of(died),
  'dead before its first heartbeat': of({ presence: 'gone', startedAt: NOW - 60_000, heartbeatAt: NOW - 60_000 }),
  'dead, declared so by another host': of(
    { ...died, ended: 'dead', endedAt: NOW - 500 },
    fenced('g'),
    fenced('x', 'other'),
  ),
  'dead, declared so by a command line': of({ ...died, ended: 'dead', endedAt: NOW - 500 }, fenced('')),
  'ended by an uncaught exception': of({ ...died, ended: 'dead', endedAt: NOW - 500 }, crashed, fenced('g')),
  'ended by a rejection that nobody handled': of(
    { ...died, heartbeatAt: NOW - 700 },
    { ...crashed, data: { ...crashed.data, origin: 'unhandledRejection' } },
  ),
  'left without stopping its system': of(died, {
    type: 'host.crashed',
    data: { origin: 'exit', code: 3, error: null },
  }),
  'caught after all what it said had ended it, and was killed later': facts(earlier(30_000, journal(crashed)), {
    target: { kind: 'host', host: 'h' },
    host: { ...host, presence: 'gone', heartbeatAt: NOW - 500 },
  }),
  'lost its forker': of({}, started(1), exited(1), started(2)),
  'lost its forker twice': of({}, started(1), exited(1), started(2), exited(2), started(3)),
  'and its forker ended': of({}, started(1), exited(1)),
  'full disk, noted beside the store': facts([], { host, ...disk({ trouble, freeBytes: 100 }) }),
  'full disk, now': facts([], { host, ...disk({ freeBytes: 64 * 1024 - 1 }) }),
  'a disk with just enough room': facts([], { host, ...disk({ freeBytes: 64 * 1024 }) }),
  'a store that could not be written, and can again': facts(journal(elsewhere, refused), {
    host,
    ...disk({ freeBytes: 5_000_000_000 }),
  }),
  'the trouble of another host': facts(journal(elsewhere), { host }),
  'trouble without a host': facts(journal(elsewhere, refused), { host: null }),
  'a host that ended while it could not write': facts(journal(refused), {
    host: { ...host, ended: 'stopped', endedAt: NOW, presence: 'gone' },
    ...disk({}),
  }),
  'a host that was lost while it could not write': facts(earlier(1000, journal(refused)), {
    host: { ...host, presence: 'gone' },
    ...disk({}),
  }),
};
