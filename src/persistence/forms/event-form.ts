import { z } from 'zod';
import type { EventContext, JournalEventType, KeptJournalEvent, NewJournalEvent } from '../../machines/events.js';
import { OVERFLOW_POLICIES } from '../../machines/pool/queue/checkout.js';
import { SHORTAGES } from '../../machines/process/shortage.js';
import { PARKED_REASONS, WISHES } from '../../machines/work/job/policy.js';
import { JOB_OUTCOMES, JOB_STATES } from '../../machines/work/job/states.js';
import { RUN_WISHES } from '../../machines/work/run/status.js';
import { SKIP_REASONS } from '../../machines/work/schedule/spec.js';
import { RECYCLE_REASONS } from '../../machines/worker/recycle.js';
import { WORKER_CAUSES } from '../../machines/worker/worker-cause.js';
import { crashRecord, errorRecord, exitParts, hostCrash, identity, slotStatus } from './shared.js';

const context = z.object({
  run: z.string().exactOptional(),
  job: z.string().exactOptional(),
  attempt: z.number().exactOptional(),
  queue: z.string().exactOptional(),
}) satisfies z.ZodType<EventContext>;

function form<T extends JournalEventType, D extends z.core.$ZodLooseShape>(type: T, data: D) {
  return z.object({
    type: z.literal(type),
    data: z.object(data),
    path: z.string().exactOptional(),
    incarnation: z.number().exactOptional(),
    ctx: context.exactOptional(),
  });
}

const text = z.string();
const count = z.number();
const attempt = { jobId: text, attempt: count };
const budgetParts = { jobId: text, unit: text, spent: count, most: count };

const forms = z.discriminatedUnion('type', [
  form('host.started', { pid: count, node: text, version: text }),
  form('host.crashed', hostCrash.shape),
  form('host.ended', { how: z.enum(['stopped', 'dead']) }),
  form('host.fenced', { fenced: text, by: text }),
  form('forker.started', { pid: count, generation: count }),
  form('forker.exited', { pid: count, generation: count, ...exitParts }),
  form('actor.crashed', { error: crashRecord }),
  form('actor.restarted', { reason: text, restarts: count }),
  form('supervisor.escalated', { reason: text, intensity: count, periodMs: count }),
  form('snapshot.restored', {
    savedBy: text,
    savedAt: count,
    migratedFrom: text.nullable(),
    // Earlier releases restored under an equal definition alone, or migrated.
    definition: z.enum(['same', 'changed']).default('same'),
  }),
  form('snapshot.quarantined', { reason: text }),
  form('worker.failed', { error: errorRecord, boots: count, stderr: text }),
  form('worker.ready', { pid: count, bootMs: count }),
  form('worker.crashed', {
    spawnId: text,
    pid: count.nullable(),
    cause: z.enum(WORKER_CAUSES),
    ...exitParts,
    error: errorRecord.nullable(),
    served: z.boolean(),
    stderr: text,
    rssBytes: count.nullable(),
    oomKills: count,
  }),
  form('worker.unresponsive', { pid: count, silentMs: count, cpuMs: count.nullable(), stack: text }),
  form('worker.recycled', {
    reason: z.enum(RECYCLE_REASONS),
    detail: text,
    calls: count,
    ageMs: count,
    rss: count.nullable(),
  }),
  form('pool.ready', { size: count }),
  form('pool.degraded', { usable: count, size: count }),
  form('pool.resized', { from: count, size: count }),
  form('pool.drained', { waited: count }),
  form('breaker.opened', { failures: count, resetMs: count }),
  form('breaker.closed', { openMs: count }),
  form('seat.quarantined', { reason: text }),
  form('queue.overflowed', { policy: z.enum(OVERFLOW_POLICIES), limit: count, times: count }),
  form('store.held', { pid: count.nullable(), heldMs: count }),
  form('store.refused', { host: text, error: errorRecord, writes: count, from: count, to: count }),
  form('shortage.began', { reason: z.enum(SHORTAGES), text, running: count }),
  form('shortage.ended', { reason: z.enum(SHORTAGES), lastedMs: count, waited: count }),
  form('process.spawned', { spawnId: text, pid: count, command: z.array(text) }),
  form('process.exited', { spawnId: text, pid: count, ...exitParts }),
  form('process.failed', { spawnId: text, error: errorRecord }),
  form('process.swept', { spawnId: text, killed: z.array(count) }),
  form('process.pid_reused', { spawnId: text, expected: identity, found: identity.nullable() }),
  form('process.suspect', { spawnId: text, pid: count, reason: text }),
  form('attempt.started', { ...attempt, pid: count.exactOptional() }),
  form('attempt.ended', { ...attempt, outcome: slotStatus }),
  form('attempt.lost', { ...attempt, reason: text }),
  form('attempt.late', { ...attempt, outcome: slotStatus }),
  form('job.submitted', {
    jobId: text,
    queue: text,
    method: text.nullable(),
    key: text.nullable(),
    state: z.enum(JOB_STATES),
    dueAt: count.nullable(),
  }),
  form('job.queued', { jobId: text, queue: text }),
  form('job.parked', {
    jobId: text,
    queue: text,
    reason: z.enum(PARKED_REASONS),
    for: text,
    until: count.nullable(),
  }),
  form('job.wanted', { jobId: text, queue: text, wish: z.enum(WISHES), reason: text.nullable() }),
  form('job.ended', { jobId: text, queue: text, outcome: z.enum(JOB_OUTCOMES), error: errorRecord.nullable() }),
  form('job.waiting', { ...attempt, queue: text, questions: z.array(text), jobs: count }),
  form('question.asked', { jobId: text, queue: text, question: text, suspends: z.boolean() }),
  form('question.answered', { jobId: text, queue: text, question: text, early: z.boolean() }),
  form('queue.paused', { queue: text }),
  form('queue.resumed', { queue: text }),
  form('limit.changed', { name: text }),
  form('budget.warned', budgetParts),
  form('budget.exceeded', budgetParts),
  form('usage.skipped', { ...attempt, lines: count }),
  form('budget.changed', { jobId: text, budget: z.record(z.string(), z.number()) }),
  form('operation.slow', { operation: text, ms: count }),
  form('schedule.set', { schedule: text, change: z.enum(['created', 'changed']), nextAt: count.nullable() }),
  form('schedule.fired', { schedule: text, at: count, jobId: text, byHand: z.boolean() }),
  form('schedule.skipped', {
    schedule: text,
    since: count,
    at: count,
    count: count.nullable(),
    reason: z.enum(SKIP_REASONS),
  }),
  form('schedule.paused', { schedule: text }),
  form('schedule.resumed', { schedule: text, nextAt: count.nullable() }),
  form('schedule.ended', { schedule: text }),
  form('schedule.removed', { schedule: text }),
  form('run.started', { run: text, slots: count }),
  form('run.continued', { run: text, committed: count }),
  form('run.asked', { run: text, wish: z.enum(RUN_WISHES) }),
  form('run.paused', { run: text }),
  form('run.resumed', { run: text }),
  form('run.interrupted', { run: text, reason: text }),
  form('run.stopped', { run: text }),
  form('run.completed', { run: text, counts: z.record(slotStatus, count) }),
  form('slot.committed', { run: text, index: count, status: slotStatus }),
]);

const keptForms = z.discriminatedUnion('type', [...forms.options, form('slot.quarantined', { reason: text })]);

/** Types of the first that are not among the second: none, or what follows does not compile. */
type Formless<T, Formed> = Exclude<T, Formed>;

/** The type of every event that a journal can hold, also those that are written no more. */
export const EVENT_TYPES: readonly JournalEventType[] = keptForms.options.map(({ shape }) => shape.type.value);

/** The form of every event that is written. */
export const newEventForm: [Formless<NewJournalEvent['type'], z.infer<typeof forms>['type']>] extends [never]
  ? z.ZodType<NewJournalEvent>
  : never = forms;

/** The form of every event that a journal can hold. */
export const keptEventForm: [Formless<JournalEventType, z.infer<typeof keptForms>['type']>] extends [never]
  ? z.ZodType<KeptJournalEvent>
  : never = keptForms;
