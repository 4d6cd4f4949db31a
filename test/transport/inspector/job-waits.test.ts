import { expect, it } from 'vitest';
import type { JournalEvent, NewJournalEvent } from '../../../src/machines/events.js';
import { waitsOf } from '../../../src/transport/inspector/model/job-waits.js';

const of = { jobId: 'job-1-0123456789abcdef', queue: 'q' };
const submitted = { ...of, method: null, key: null, dueAt: null };
/** Events of a job: when, what, and what it says. */
function journal(...told: readonly (NewJournalEvent & { readonly at: number })[]): JournalEvent[] {
  return told.map((one, seq) => ({ ...one, seq, runId: 'h' }));
}
const parked = { ...of, reason: 'limit', for: 'api', until: null } as const;
const waiting = { ...of, attempt: 1, questions: ['deploy'], jobs: 2 };

it('a job waits from its submission to its attempt, for one reason after the other, and for what its attempt ended to wait for', () => {
  const events = journal(
    { at: 10, type: 'job.submitted', data: { ...submitted, state: 'blocked' } },
    { at: 20, type: 'job.queued', data: of },
    { at: 30, type: 'job.parked', data: parked },
    { at: 40, type: 'job.queued', data: of },
    { at: 50, type: 'attempt.started', data: { jobId: of.jobId, attempt: 1 } },
    { at: 60, type: 'job.waiting', data: waiting },
    { at: 65, type: 'question.answered', data: { ...of, question: 'deploy', early: false } },
    { at: 70, type: 'job.queued', data: of },
  );
  expect(waitsOf(events)).toEqual([
    { kind: 'blocked', reason: null, from: 10, until: 20 },
    { kind: 'queued', reason: null, from: 20, until: 30 },
    { kind: 'parked', reason: 'limit api', from: 30, until: 40 },
    { kind: 'queued', reason: null, from: 40, until: 50 },
    { kind: 'waiting', reason: 'an answer to deploy and 2 jobs', from: 60, until: 70 },
    { kind: 'queued', reason: null, from: 70, until: null },
  ]);
});

it('what began and ended at one moment was no wait, and what goes on for the same reason is one', () => {
  const events = journal(
    { at: 10, type: 'job.submitted', data: { ...submitted, state: 'queued' } },
    { at: 10, type: 'job.parked', data: parked },
    { at: 30, type: 'job.parked', data: parked },
    { at: 40, type: 'job.ended', data: { ...of, outcome: 'cancelled', error: null } },
  );
  expect(waitsOf(events)).toEqual([{ kind: 'parked', reason: 'limit api', from: 10, until: 40 }]);
});

it('of what the journal has lost nothing is said', () => {
  const events = journal({ at: 50, type: 'attempt.started', data: { jobId: of.jobId, attempt: 3 } });
  expect(waitsOf(events)).toEqual([]);
});
