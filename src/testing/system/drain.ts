import { EspalierError } from '../../errors.js';
import type { JobState, System } from '../../index.js';
import { checkOptions, fields, milliseconds } from '../../options.js';
import type { WaitOptions } from './wait.js';

const waitRule = fields<WaitOptions>({ timeout: milliseconds(0) });

const DEFAULT_TIMEOUT = 10_000;

/** After one of these a queue may be idle. */
const QUIETING = ['job.submitted', 'job.ended', 'job.parked', 'job.waiting'] as const;

/** How many jobs of a queue are in each state; what there is none of is left out. */
export type QueueCounts = Readonly<Partial<Record<JobState, number>>>;

/**
 * Waits until nothing of a queue runs or could start now: what is left waits for a time, a limit, a person or for other jobs.
 *
 * @param queue the path or id of a pool of the system, or the whole name of a queue
 * @throws EspalierError `ESP_TEST` with what is left, if it takes too long; also when nobody serves the queue
 * @example
 * await system.jobs.submitMany([{ queue: 'embed', method: 'embed', args: { text: 'hello' } }]);
 * const { succeeded = 0, failed = 0 } = await drain(system, 'embed');
 */
export async function drain(system: System, queue: string, options: WaitOptions = {}): Promise<QueueCounts> {
  checkOptions('drain', options, waitRule);
  const { timeout = DEFAULT_TIMEOUT } = options;
  const signal = AbortSignal.timeout(timeout);
  const names = [queue, `${system.name}:/${queue.replace(/^\//, '')}`];
  let counts = await countsOf(system, names);
  if (isIdle(counts)) return counts;
  // From the beginning of the journal: what has come since that look is among it.
  for await (const { ctx } of system.events.subscribe({ types: QUIETING, after: 0, signal })) {
    if (ctx?.queue === undefined || !names.includes(ctx.queue)) continue;
    counts = await countsOf(system, names);
    if (isIdle(counts)) return counts;
  }
  const { queued = 0, running = 0 } = counts;
  throw new EspalierError(
    'ESP_TEST',
    `queue ${queue} is not idle within ${timeout} ms: ${queued} queued, ${running} running`,
    { context: { queue, counts } },
  );
}

function isIdle({ created = 0, queued = 0, running = 0 }: QueueCounts): boolean {
  return created + queued + running === 0;
}

async function countsOf(system: System, names: readonly string[]): Promise<QueueCounts> {
  const found = (await system.queues.list()).find((one) => names.includes(one.queue));
  return found?.counts ?? {};
}
