import { tell } from '../../../listener.js';
import type { JournalEvent } from '../../../machines/events.js';
import type { Topic } from '../../contract/journal.js';
import { type EventRow, parseEvents } from '../../forms/event.js';
import { isAbout, namesIn } from './topics.js';

type Listener = (events: readonly JournalEvent[]) => void;

/** Those who hear of each commit. One that throws harms neither the others nor the store. */
export class CommitListeners {
  /** Each with what it is to hear of; null for all. */
  readonly #listeners = new Map<Listener, Topic | null>();
  readonly #report: (error: unknown) => void;

  /** @param report hears what listeners threw */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  add(listener: Listener, topic: Topic | null = null): () => void {
    // Its own function, so that one listener can be added twice and each be removed once.
    const own: Listener = (events) => listener(events);
    this.#listeners.set(own, topic);
    return () => this.#listeners.delete(own);
  }

  publish(rows: readonly EventRow[]): void {
    for (const [listener, topic] of [...this.#listeners]) {
      const wanted = topic === null ? rows : rows.filter(({ ctx }) => isAbout(topic, namesIn(ctx)));
      if (topic === null || wanted.length > 0) this.#tell(listener, wanted);
    }
  }

  #tell(listener: Listener, rows: readonly EventRow[]): void {
    try {
      const events = parseEvents(rows);
      tell(() => listener(events), this.#report);
    } catch (error) {
      this.#report(error);
    }
  }
}

/** Reports what a listener threw as a warning of the process. */
export function warnOfListener(error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning('a listener to the journal threw', { type: 'EspalierWarning', code: 'ESP_LISTENER', detail });
}
