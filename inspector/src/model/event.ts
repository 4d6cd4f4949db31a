import type { WireEvent } from 'espalier/client';
import { bytes, duration } from '../parts/format.js';
import { type Condition, conditionOf } from './condition.js';

/** The nouns of event types, as the filters name them. */
export const NOUNS = [
  'actor',
  'supervisor',
  'snapshot',
  'worker',
  'pool',
  'breaker',
  'queue',
  'shortage',
  'process',
  'seat',
  'slot',
  'attempt',
  'job',
  'question',
  'budget',
  'usage',
  'operation',
  'limit',
  'run',
  'schedule',
  'forker',
  'host',
  'store',
] as const;

const BY_TYPE: ReadonlyMap<string, Condition> = new Map([
  ['actor.crashed', 'failed'],
  ['actor.restarted', 'waiting'],
  ['supervisor.escalated', 'failed'],
  ['worker.failed', 'failed'],
  ['worker.ready', 'running'],
  ['worker.crashed', 'failed'],
  ['worker.unresponsive', 'failed'],
  ['breaker.opened', 'degraded'],
  ['queue.overflowed', 'degraded'],
  ['store.refused', 'failed'],
  ['store.held', 'failed'],
  ['shortage.began', 'waiting'],
  ['pool.ready', 'running'],
  ['pool.degraded', 'degraded'],
  ['seat.quarantined', 'suspect'],
  ['slot.quarantined', 'suspect'],
  ['snapshot.quarantined', 'suspect'],
  ['process.spawned', 'starting'],
  ['process.failed', 'failed'],
  ['process.swept', 'stopping'],
  ['process.pid_reused', 'suspect'],
  ['process.suspect', 'suspect'],
  ['attempt.started', 'starting'],
  ['attempt.lost', 'degraded'],
  ['attempt.late', 'degraded'],
  ['job.waiting', 'waiting'],
  ['question.asked', 'waiting'],
  ['budget.warned', 'degraded'],
  ['budget.exceeded', 'failed'],
  ['usage.skipped', 'degraded'],
  ['operation.slow', 'degraded'],
  ['schedule.skipped', 'waiting'],
  ['schedule.paused', 'waiting'],
  ['run.interrupted', 'degraded'],
  ['run.paused', 'waiting'],
  ['run.completed', 'idle'],
  ['run.stopped', 'stopping'],
  ['host.crashed', 'failed'],
  ['host.fenced', 'failed'],
]);

/** How an event is to be taken: an end by how it ended, the rest by its type. */
export function eventCondition({ type, data }: WireEvent): Condition {
  if (type === 'process.exited' || type === 'forker.exited') return data.code === 0 ? 'gone' : 'failed';
  for (const word of [data.outcome, data.status]) if (typeof word === 'string') return conditionOf(word);
  return BY_TYPE.get(type) ?? 'idle';
}

/** What an event says beside its type, in one line. */
export function eventText({ data }: WireEvent): string {
  const { error, reason, ...rest } = data;
  const said = [messageOf(error), typeof reason === 'string' ? reason : ''];
  const facts = Object.entries(rest).map(([name, value]) => fact(name, value));
  return [...said, ...facts].filter((part) => part !== '').join(' · ');
}

/** Ids say little to a reader: they are in the details. */
const LEFT_OUT: ReadonlySet<string> = new Set(['spawnId', 'jobId', 'run']);

function fact(name: string, value: unknown): string {
  if (LEFT_OUT.has(name) || value === null || value === '' || isUsual(name, value)) return '';
  if (name === 'command' && Array.isArray(value)) return value.join(' ');
  if (name === 'stderr' && typeof value === 'string') return value.trim().split('\n').at(-1) ?? '';
  if (name === 'served') return 'before it was ready';
  if (Array.isArray(value) && value.length === 0) return '';
  if (typeof value === 'number' && name.endsWith('Ms')) return `${name.slice(0, -2)} ${duration(value)}`;
  if (typeof value === 'number' && name.endsWith('Bytes')) return `${name.slice(0, -5)} ${bytes(value)}`;
  return `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
}

/** What a crash says of itself where there is nothing to say: an exit is told by its code, and most served before. */
function isUsual(name: string, value: unknown): boolean {
  return (
    (name === 'cause' && value === 'exited') ||
    (name === 'served' && value === true) ||
    (name === 'oomKills' && value === 0)
  );
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
}
