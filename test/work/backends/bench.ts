import { vi } from 'vitest';
import {
  type AttemptRef,
  attemptKey,
  type Backend,
  type Dispatch,
  type Outcome,
  type PlaceEvent,
  type Receiver,
  type Report,
} from '../../../src/work/backends/contract.js';
import type { Ambiguity } from './memory-backend.js';

/** What an attempt does: it ends well at once, badly at once, or once it is let go. */
export type Behaviour = 'quick' | 'broken' | 'held';

/** One place, with the hands that the suite needs to do to it what the world does. */
export interface Bench extends AsyncDisposable {
  readonly backend: Backend;
  /** What makes this place behave so, for an attempt of this job. */
  dispatch(jobId: string, behaviour: Behaviour, epoch: number): Dispatch;
  /** Called once an attempt was accepted: for places that have to be told what becomes of it. */
  accepted?(attempt: AttemptRef, behaviour: Behaviour): void;
  /** Resolves once the attempt is being executed. */
  began(attempt: AttemptRef): Promise<void>;
  /** Lets a held attempt end well. */
  letGo(attempt: AttemptRef): void;
  /** How often it was executed. */
  executions(attempt: AttemptRef): number;
  /** The place takes nothing, not because its client says so. */
  close(): Promise<void>;
  reopen(): void;
  /** What executes dies in the middle of its work, where that can be told from an end of the work. */
  readonly crash?: () => void;
  /** The answer to the next submit is lost, where that can be. */
  readonly becomeAmbiguous?: (ambiguity: Ambiguity) => void;
  /** What was delayed arrives. */
  readonly deliver?: () => void;
  /** An input that fits nothing, where there is one. */
  readonly unfit?: unknown;
}

/** A promise of the contract, tried. */
export interface Case {
  readonly title: string;
  run(bench: Bench): Promise<void>;
}

/** Who listens, and remembers. */
export class Ear implements Receiver {
  readonly reports: Report[] = [];
  readonly events: PlaceEvent[] = [];

  report(report: Report): void {
    this.reports.push(report);
  }

  event(event: PlaceEvent): void {
    this.events.push(event);
  }

  of(attempt: AttemptRef): Report[] {
    return this.reports.filter(({ ticket }) => attemptKey(ticket.attempt) === attemptKey(attempt));
  }

  get capacity(): number | undefined {
    return this.events.findLast((event) => event.type === 'capacity.changed')?.capacity;
  }

  async heard(attempt: AttemptRef): Promise<Report> {
    return vi.waitFor(
      () => {
        const [report] = this.of(attempt);
        if (!report) throw new Error(`no report of ${attemptKey(attempt)}`);
        return report;
      },
      { timeout: 10_000, interval: 5 },
    );
  }
}

export function listen(bench: Bench, after?: number): Ear {
  const ear = new Ear();
  bench.backend.listen(ear, after);
  return ear;
}

export async function submit(bench: Bench, jobId: string, behaviour: Behaviour, epoch = 1) {
  const dispatch = bench.dispatch(jobId, behaviour, epoch);
  const answer = await bench.backend.submit(dispatch);
  if (answer.type !== 'accepted') throw new Error(`${jobId} was not accepted: ${JSON.stringify(answer)}`);
  bench.accepted?.(dispatch, behaviour);
  return { dispatch, ticket: answer.ticket };
}

export function how(outcome: Outcome): string {
  return outcome.type === 'attempt.completed' ? outcome.how : outcome.type;
}

/** Whatever could still come has come: a marker that was submitted last has ended. */
export async function settled(bench: Bench, ear: Ear): Promise<void> {
  const { dispatch } = await submit(bench, `marker-${ear.reports.length}-${Math.random()}`, 'quick');
  await ear.heard(dispatch);
}
