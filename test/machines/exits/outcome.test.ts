import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/machines/exits/outcome.js';
import type { WorkerEnd } from '../../../src/machines/worker/worker.js';

const ended = (end: Partial<WorkerEnd>): WorkerEnd => ({ cause: 'exited', exit: null, served: true, ...end });

describe('judge', () => {
  it('takes only exit code 0 for success', () => {
    expect(judge(ended({ exit: { code: 0, signal: null } }), null).outcome).toBe('succeeded');
    expect(judge(ended({ exit: { code: 3, signal: null } }), null)).toMatchObject({
      outcome: 'failed',
      error: { message: 'exit code 3' },
    });
  });

  it('takes a signal for a failure and names it: an out-of-memory kill is no success', () => {
    expect(judge(ended({ exit: { code: null, signal: 'SIGKILL' } }), null)).toMatchObject({
      outcome: 'failed',
      error: { message: 'killed by SIGKILL' },
    });
  });

  it('takes an end that nobody saw for a loss, which says nothing of the work', () => {
    expect(judge(ended({ exit: { code: null, signal: null } }), null).outcome).toBe('lost');
    expect(judge(ended({ exit: null }), null).outcome).toBe('lost');
  });

  it('takes a start of which nobody knows whether it came about for a loss as well', () => {
    const error = { code: 'ESP_WORKER_EXITED', message: 'whether the program ran is not known' } as const;
    expect(judge(ended({ cause: 'spawn_failed', error }), null)).toEqual({ outcome: 'lost', error });
  });

  it.each(['spawn_failed', 'protocol_error', 'unresponsive'] as const)(
    'takes %s for a failure with the reason that was given, whatever the exit',
    (cause) => {
      const error = { code: 'ESP_PROTOCOL', message: 'spoke nonsense' } as const;
      const exit = { code: 0, signal: null };
      expect(judge(ended({ cause, error, exit }), null)).toEqual({ outcome: 'failed', error });
      expect(judge(ended({ cause, exit }), null)).toEqual({
        outcome: 'failed',
        error: { code: 'ESP_SPAWN', message: 'the program did not start' },
      });
    },
  );

  it('takes a worker that was not ready in time for a failed boot', () => {
    expect(judge(ended({ cause: 'boot_timeout', exit: { code: 0, signal: null } }), null)).toEqual({
      outcome: 'failed',
      error: { code: 'ESP_WORKER_BOOT', message: 'did not become ready in time' },
    });
  });

  it('gives ends of its own doing the code ESP_WORKER_EXITED, and a loss the reason that is known', () => {
    const code = 'ESP_WORKER_EXITED';
    expect(judge(ended({ exit: { code: 3, signal: null } }), null)).toMatchObject({ error: { code } });
    expect(judge(ended({ exit: { code: null, signal: 'SIGKILL' } }), null)).toMatchObject({ error: { code } });
    expect(judge(ended({}), null)).toEqual({ outcome: 'lost', error: { code, message: 'its end was not seen' } });
    const error = { code: 'ESP_SPAWN', message: 'the forker died' } as const;
    expect(judge(ended({ error }), null)).toEqual({ outcome: 'lost', error });
  });

  it('tells a stop of ours from a limit that was passed, whatever the code', () => {
    const exit = { code: 0, signal: null };
    expect(judge(ended({ cause: 'stopped', exit }), null).outcome).toBe('interrupted');
    expect(judge(ended({ cause: 'timed_out', exit }), 50)).toMatchObject({
      outcome: 'timed_out',
      error: { code: 'ESP_TIMEOUT', message: 'ran longer than 50 ms and was stopped' },
    });
  });
});
