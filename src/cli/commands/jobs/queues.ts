import type { Command } from 'commander';
import { z } from 'zod';
import { formatTime } from '../../../clock.js';
import { EspalierError, type QueueRecord, readQueues } from '../../../index.js';
import { queueNamed } from '../../jobs/filter.js';
import { knownStore } from '../../options/find-store.js';
import { listing, onStore, withJobs, withReader } from '../../options/options.js';
import { type Listing, printListing } from '../../print/listing.js';
import { Output } from '../../print/output.js';
import { formatCounts } from '../../print/progress.js';
import { formatDuration } from '../../print/table.js';

const listSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

const columns = (now: number): Listing<QueueRecord> => ({
  head: ['QUEUE', 'QUEUED', 'OLDEST', 'PARKED', 'BLOCKED', 'RUNNING', 'WAITING', 'ENDED', 'PAUSED (UTC)', 'SERVED BY'],
  cells: ({ queue, counts, oldestAt, pausedAt, servedBy }) => {
    const { queued = 0, parked = 0, blocked = 0, running = 0, waiting = 0, created: _, ...ended } = counts;
    return [
      ...[
        queue,
        queued,
        oldestAt === null ? '' : formatDuration(Math.max(0, now - oldestAt)),
        parked,
        blocked,
        running,
      ],
      ...[waiting, formatCounts(ended).join(', '), pausedAt === null ? '' : formatTime(pausedAt)],
      servedBy.map(({ runId, path }) => `${runId}:${path}`).join(', ') || 'nobody',
    ];
  },
});

/** `espalier queues`: how much waits where, and who serves it. */
export function addQueues(program: Command): void {
  listing(program.command('queues').description('the queues: how much waits, since when, and who serves them')).action(
    async (raw: unknown) => {
      const { db, json } = listSchema.parse(raw);
      await printListing(await withReader(db, readQueues), json, columns(Date.now()));
    },
  );
}

const texts = {
  pause: 'start nothing more of a queue; what runs goes on',
  resume: 'go on with a queue that was paused',
} as const;
const changeSchema = z.object({ db: knownStore });

/** `espalier queue pause` and `espalier queue resume`. */
export function addQueue(program: Command): void {
  const queue = program.command('queue').description('pause a queue, or go on with it');
  for (const what of ['pause', 'resume'] as const) {
    onStore(queue.command(`${what} <queue>`).description(texts[what])).action(async (name: string, raw: unknown) => {
      const { db } = changeSchema.parse(raw);
      await withJobs(db, async ({ queues }, reader) => {
        // A name that was mistyped would wait for jobs that never come.
        const found = await queueNamed(reader, name);
        requireQueue(await queues.list(), found);
        const changed = await (what === 'pause' ? queues.pause(found) : queues.resume(found));
        await Output.of(process.stdout).line(said(found, what, changed));
      });
    });
  }
}

function said(queue: string, what: 'pause' | 'resume', changed: boolean): string {
  if (what === 'pause') return changed ? `queue ${queue} is paused` : `queue ${queue} was paused before`;
  return changed ? `queue ${queue} goes on` : `queue ${queue} was not paused`;
}

function requireQueue(queues: readonly QueueRecord[], name: string): void {
  if (queues.some(({ queue }) => queue === name)) return;
  const known = queues.length === 0 ? 'there is none' : `there are ${queues.map(({ queue }) => queue).join(', ')}`;
  throw new EspalierError('ESP_NOT_FOUND', `no queue ${name}: ${known}`, { context: { queue: name } });
}
