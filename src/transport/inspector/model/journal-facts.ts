import type { JournalEvent, JournalEventType } from '../../../machines/events.js';
import type { ActorFact } from './facts.js';

/** The types that are read when a model is built from a journal; executions' attempts and rows are not among them. */
export const FACT_TYPES = [
  'actor.crashed',
  'actor.restarted',
  'supervisor.escalated',
  'worker.failed',
  'worker.ready',
  'worker.crashed',
  'seat.quarantined',
  'slot.quarantined',
  'pool.degraded',
  'pool.ready',
  'process.spawned',
  'process.exited',
  'process.failed',
  'process.suspect',
] as const satisfies readonly JournalEventType[];

/**
 * What an event tells of the actor at its path; null for nothing.
 *
 * @param known the incarnation that it is about when it names none
 */
export function factOfEvent(event: JournalEvent, known: number): ActorFact | null {
  const { at, incarnation = known } = event;
  switch (event.type) {
    case 'actor.crashed':
      return { type: 'crashed', at, incarnation, reason: describe(event.data.error) };
    case 'actor.restarted':
      return { type: 'restarted', at, incarnation, reason: event.data.reason };
    case 'supervisor.escalated': {
      const { reason, intensity, periodMs } = event.data;
      return troubled(`more than ${intensity} restarts in ${periodMs} ms: ${reason}`);
    }
    case 'worker.failed':
      return troubled(event.data.error.message);
    case 'worker.ready':
      return { type: 'spawned', incarnation, pid: event.data.pid };
    case 'worker.crashed': {
      const { pid, code, signal, cause, error, stderr } = event.data;
      const reason = error ? `${cause.replace('_', ' ')}: ${error.message}` : null;
      return { type: 'process', at, incarnation, pid, code, signal, reason, output: { stdout: '', stderr } };
    }
    case 'seat.quarantined':
    case 'slot.quarantined':
      return troubled(`quarantined: ${event.data.reason}`);
    case 'pool.degraded':
      return troubled(`${event.data.usable} of ${event.data.size} seats usable`);
    case 'pool.ready':
      return troubled(null);
    case 'process.spawned':
      return { type: 'spawned', incarnation, pid: event.data.pid };
    case 'process.exited': {
      const { pid, code, signal } = event.data;
      return { type: 'process', at, incarnation, pid, code, signal };
    }
    case 'process.failed':
      return {
        type: 'process',
        at,
        incarnation,
        pid: null,
        code: null,
        signal: null,
        reason: event.data.error.message,
      };
    default:
      return null;
  }
}

function troubled(problem: string | null): ActorFact {
  return { type: 'troubled', problem };
}

function describe({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}: ${message}`;
}
