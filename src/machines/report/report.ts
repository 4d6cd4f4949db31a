import type { NewJournalEvent, WorkerCrash } from '../events.js';
import type { CrashRecord } from '../exits/crash-record.js';

/** Something went wrong that somebody should hear of. */
export interface Report {
  readonly type:
    | 'actor.crashed'
    | 'worker.crashed'
    | 'worker.failed'
    | 'seat.quarantined'
    | 'supervisor.escalated'
    | 'shortage.began'
    | 'system.ended';
  /** The name of the system. */
  readonly system: string;
  /** The actor that it is about; `/` for the system as a whole. */
  readonly path: string;
  /** What happened, in one sentence without a full stop. */
  readonly message: string;
  /** What was thrown, with its stack; null when nothing was. */
  readonly error: CrashRecord | null;
  /** What its process wrote to standard error last. */
  readonly lastWords: string;
  /** How many more of the same kind there were since the last report of it; 0 for a first one. */
  readonly repeats: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

type Trouble = Pick<Report, 'type' | 'path' | 'message'> & Partial<Pick<Report, 'error' | 'lastWords'>>;

/** What is to be reported of an event; null for what is no trouble, or is told by what follows from it. */
export function troubleOf(event: NewJournalEvent): Trouble | null {
  const { type, path = '/' } = event;
  switch (type) {
    case 'actor.crashed': {
      const { error } = event.data;
      // What kept the child of it from starting was told right before.
      if (error.code === 'ESP_START') return null;
      return { type, path, message: `${path} crashed: ${named(error)}`, error, lastWords: error.stderr ?? '' };
    }
    case 'worker.failed': {
      const { error, stderr } = event.data;
      return { type, path, message: named(error), error, lastWords: stderr };
    }
    case 'worker.crashed':
      return crashOf(event.data, path);
    case 'seat.quarantined':
      return { type, path, message: `${path} is closed: ${event.data.reason}` };
    case 'supervisor.escalated': {
      const { reason, intensity, periodMs } = event.data;
      const bound = `more than ${intensity} ${intensity === 1 ? 'restart' : 'restarts'} within ${periodMs} ms`;
      return { type, path, message: `${path} gives up: ${bound}, the last after ${reason}; it stops its children` };
    }
    case 'shortage.began':
      return { type, path, message: `programs wait to be started: ${event.data.text}; ${event.data.running} run now` };
    default:
      return null;
  }
}

/** A worker that never served is told once its boots are over; the end of an execution is its caller's to hear. */
function crashOf({ cause, served, error, code, signal, pid, stderr }: WorkerCrash, path: string): Trouble | null {
  if (!served) return null;
  const ended = signal ? `was ended by ${signal}` : code === null ? 'ended unseen' : `ended with exit code ${code}`;
  const how = error && cause !== 'exited' ? named(error) : `its process (pid ${pid}) ${ended}`;
  return { type: 'worker.crashed', path, message: `${path} crashed: ${how}`, error, lastWords: stderr };
}

function named({ code, message }: CrashRecord): string {
  return `${message} (${code})`;
}

/** What makes two reports the same: all but the numbers in them, for pids and counts differ. */
export function kindOf({ type, message, error }: Pick<Report, 'type' | 'message' | 'error'>): string {
  // A seat that gave up, and the pool that then crashes with its reason, are one thing.
  const text = type === 'system.ended' ? message : (error?.message ?? message);
  const scope = error?.code === 'ESP_WORKER_BOOT' ? '' : `${type} ${message.slice(0, message.indexOf(' '))} `;
  return `${scope}${text}`.replace(/\d+/g, '#');
}
