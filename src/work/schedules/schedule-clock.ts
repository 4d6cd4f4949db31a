import type { Clock } from '../../clock.js';
import { EspalierError } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { JournalEvent } from '../../machines/events.js';
import type { DueSchedules, JournalStore, ScheduleStore } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';

/**
 * How long it sleeps at most, in milliseconds. A clock that was set, a machine that slept, a schedule that another process has
 * set: each is found out then.
 */
const MOST_SLEEP_MS = 1000;

/** Looks one after the other that found nothing but what other hosts were deciding. */
const MOST_LOOKS = 5;

export interface ScheduleClockServices {
  readonly runId: RunId;
  readonly schedules: Pick<ScheduleStore, 'due' | 'tick'>;
  readonly journal: Pick<JournalStore, 'onCommit'>;
  readonly clock: Clock;
  onFault(error: unknown): void;
}

/** Makes the occurrences of schedules when they are due, beside every other host of the store that does the same. */
export class ScheduleClock {
  readonly #services: ScheduleClockServices;
  #timer: unknown = null;
  #at = Number.POSITIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #leave: () => void = () => undefined;
  /** What was told of schedules that cannot be computed here. */
  readonly #told = new Set<string>();

  constructor(services: ScheduleClockServices) {
    this.#services = services;
  }

  start(): void {
    this.#leave = this.#services.journal.onCommit((events) => this.#hear(events));
    this.#wake();
  }

  /** Resolves when it writes nothing any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#leave();
    this.#services.clock.clearTimeout(this.#timer);
    await this.#looking;
  }

  #hear(events: readonly JournalEvent[]): void {
    for (const { type, data } of events) {
      if ((type === 'schedule.set' || type === 'schedule.resumed') && data.nextAt !== null) this.#arm(data.nextAt);
    }
  }

  /** Wakes at that instant, or before. */
  #arm(at: number): void {
    const { clock } = this.#services;
    if (this.#stopped || at >= this.#at) return;
    clock.clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = clock.setTimeout(() => this.#wake(), Math.max(0, at - clock.now()));
  }

  #wake(): void {
    this.#at = Number.POSITIVE_INFINITY;
    if (this.#stopped) return;
    // What was armed meanwhile may be due since it looked.
    this.#again = this.#looking !== null;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      if (this.#again) this.#wake();
    });
  }

  async #look(): Promise<void> {
    const { clock, onFault } = this.#services;
    let nextAt: number | null = null;
    try {
      nextAt = await this.#decide();
    } catch (error) {
      if (!this.#stopped && !isRefusal(error)) onFault(error);
    }
    this.#arm(Math.min(nextAt ?? Number.POSITIVE_INFINITY, clock.now() + MOST_SLEEP_MS));
  }

  /** Decides all that is due. Answers the next instant, if it is known. */
  async #decide(): Promise<number | null> {
    const { schedules, runId, clock } = this.#services;
    for (let looks = 0; looks < MOST_LOOKS && !this.#stopped; looks += 1) {
      const now = clock.now();
      const { due, failed, nextAt } = await schedules.due(now);
      this.#tell(failed);
      if (due.length === 0) return nextAt;
      if ((await schedules.tick(runId, due, now)) > 0) looks = 0;
    }
    return null;
  }

  /** Once for each: it is looked at every second. */
  #tell(failed: DueSchedules['failed']): void {
    for (const { name, message } of failed) {
      if (this.#told.has(message)) continue;
      this.#told.add(message);
      this.#services.onFault(new EspalierError('ESP_INVALID', `schedule ${name} is not made by this host: ${message}`));
    }
  }
}
