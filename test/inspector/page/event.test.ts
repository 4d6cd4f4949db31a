import type { WireEvent } from 'espalier/client';
import { expect, test } from 'vitest';
import { eventCondition, eventText, NOUNS } from '../../../inspector/src/model/event.js';
import type { JournalEventType } from '../../../src/machines/events.js';
import { EVENT_TYPES } from '../../../src/persistence/forms/event-form.js';

function event(type: JournalEventType, data: WireEvent['data']): WireEvent {
  return { seq: 1, at: 0, runId: 'r', type, path: null, incarnation: null, ctx: {}, data };
}

test('an end is taken by how it ended', () => {
  expect(eventCondition(event('process.exited', { code: 0, signal: null }))).toBe('gone');
  expect(eventCondition(event('process.exited', { code: 3, signal: null }))).toBe('failed');
  expect(eventCondition(event('process.exited', { code: null, signal: 'SIGKILL' }))).toBe('failed');
  expect(eventCondition(event('attempt.ended', { outcome: 'timed_out' }))).toBe('failed');
  expect(eventCondition(event('slot.committed', { status: 'succeeded' }))).toBe('gone');
});

test('what needs somebody stands out, whatever the event says besides', () => {
  const types = [
    'process.suspect',
    'seat.quarantined',
    'snapshot.quarantined',
    'pool.degraded',
    'worker.crashed',
  ] as const;
  const conditions = types.map((type) => eventCondition(event(type, { reason: 'why' })));
  expect(conditions).toEqual(['suspect', 'suspect', 'suspect', 'degraded', 'failed']);
});

test('the message of an error comes first, ids are left to the details', () => {
  const data = { spawnId: 'x', pid: 7, error: { code: 'ESP_SPAWN', message: 'no such program' }, signal: null };
  expect(eventText(event('process.failed', data))).toBe('no such program · pid 7');
  expect(eventText(event('worker.failed', { boots: 5, stderr: 'one\ntwo\n' }))).toBe('boots 5 · two');
});

test('a crash says what is not usual of it, and times and sizes are read at a glance', () => {
  const usual = { cause: 'exited', code: 9, signal: null, error: null, served: true, stderr: 'oh no', rssBytes: null };
  expect(eventText(event('worker.crashed', { ...usual, oomKills: 0 }))).toBe('code 9 · oh no');
  const other = { cause: 'overdue', served: false, rssBytes: 23 * 1024 * 1024, oomKills: 1 };
  expect(eventText(event('worker.crashed', { ...usual, ...other, stderr: '' }))).toBe(
    'cause overdue · code 9 · before it was ready · rss 23 MB · oomKills 1',
  );
  expect(eventText(event('worker.ready', { pid: 7, bootMs: 2639 }))).toBe('pid 7 · boot 2.6 s');
});

test('the filters know each noun of the journal, once', () => {
  expect(NOUNS.toSorted()).toEqual([...new Set(EVENT_TYPES.map((type) => type.split('.')[0]))].sort());
});
