import type { RunFact } from '../../../../src/machines/explain/findings/facts.js';
import { facts, host, journal, NOW, run } from '../support.js';
import type { Cases } from './cases.js';

const of = (more: Partial<RunFact>) => facts([], { target: { kind: 'run', run: 'r' }, run: { ...run, ...more } });

const changes = journal(
  { type: 'run.started', data: { run: 'r', slots: 3 } },
  { type: 'run.interrupted', data: { run: 'r', reason: 'SIGTERM' } },
  { type: 'run.interrupted', data: { run: 'other', reason: 'another' } },
  { type: 'slot.committed', data: { run: 'r', index: 0, status: 'succeeded' } },
);
const failed = (index: number, message = 'bad') =>
  ({ index, status: 'failed', error: { code: 'E', message } }) as const;
const counts = { ...run.counts, failed: 1, timed_out: 1 };

export const runs: Cases = {
  'going on': of({}),
  'going on, and asked to pause': of({ wish: 'pause', executing: 2, policy: { ...run.policy, concurrency: 4 } }),
  completed: of({ status: 'completed' }),
  'completed, by a host that died afterwards': { ...of({ status: 'completed' }), host: { ...host, presence: 'gone' } },
  'stopped, by a host that died afterwards': { ...of({ status: 'stopped' }), host: { ...host, presence: 'gone' } },
  paused: of({ status: 'paused' }),
  stopped: of({ status: 'stopped' }),
  interrupted: { ...of({ status: 'interrupted' }), events: changes },
  'interrupted, and nobody kept the reason': of({ status: 'interrupted' }),
  'never started': of({ status: 'created' }),
  'left behind by a host that is gone': { ...of({}), host: { ...host, presence: 'gone' } },
  'left behind by a host that is dead': {
    ...of({}),
    host: { ...host, ended: 'dead', endedAt: NOW, presence: 'unknown' },
  },
  'with failures alike': of({ counts, failures: [failed(1), failed(2), failed(3, 'worse')] }),
  'with failures of every kind': of({
    counts: { ...counts, failed: 0 },
    failures: [
      { index: 0, status: 'cancelled', error: null },
      { index: 1, status: 'timed_out', error: null },
      { index: 2, status: 'skipped_pruned', error: null },
    ],
  }),
  'with failures that nobody knows': of({ counts }),
  'asked for by a slot': facts([], { target: { kind: 'slot', run: 'r', index: 0 }, run }),
};
