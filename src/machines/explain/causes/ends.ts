import type { AttemptRecord } from '../../work/attempt.js';
import { reasonOfExit } from '../findings/crashes.js';
import type { Cause } from '../findings/explanation.js';
import type { Facts } from '../findings/facts.js';
import { ofType } from '../findings/words.js';

/** Why an attempt that was a program of its own did not succeed, by its end and by what witnesses saw of that. */
export function causeOfProgram({ events }: Facts, jobId: string, last: AttemptRecord): Cause {
  const { state, error, exit } = last;
  if (state === 'orphaned') return 'lost_host';
  if (state === 'lost') return 'lost_worker';
  if (state === 'timed_out') return 'timeout';
  if (error?.code === 'ESP_SPAWN') return 'spawn_failure';
  if (error?.code === 'ESP_INVALID') return 'bad_input';
  if (error?.code === 'ESP_PROTOCOL') return 'protocol_error';
  const seen = ofType(events, 'worker.crashed').findLast(
    ({ ctx }) => ctx?.job === jobId && ctx.attempt === last.attempt,
  );
  return reasonOfExit(exit, last.stderr, seen?.data.oomKills ?? 0);
}
