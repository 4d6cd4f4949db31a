import { tell } from '../../../listener.js';
import type { JournalEvent } from '../../../machines/events.js';
import { type EventRow, parseEvent } from '../../forms/event.js';

type Listener = (events: readonly JournalEvent[]) => void;

/** Those who hear of each commit. One that throws harms neither the others nor the store. */
export class CommitListeners {
  readonly #listeners = new Set<Listener>();
  readonly #report: (error: unknown) => void;

  /** @param report hears what listeners threw */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  add(listener: Listener): () => void {
    // Its own function, so that one listener can be added twice and each be removed once.
    const own: Listener = (events) => listener(events);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  publish(rows: readonly EventRow[]): void {
    // Nobody pays for parsing while nobody listens.
    if (this.#listeners.size === 0) return;
    try {
      const events = rows.map(parseEvent);
      for (const listener of [...this.#listeners]) tell(() => listener(events), this.#report);
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
