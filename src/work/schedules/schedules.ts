import { checkArgument, checkOptions, fields, kind, whole } from '../../options.js';
import type { OccurrenceRecord, ScheduleRecord, ScheduleStore } from '../../persistence/store.js';
import type { SpecContext } from '../jobs/spec.js';
import { type ScheduleOptions, scheduleSpec } from './options.js';

export interface HistoryOptions {
  /** Only instants before this one, in milliseconds since the epoch: the last of the page before. */
  readonly before?: number;
  /** At most so many; 100 by default. */
  readonly limit?: number;
}

const historyRule = fields<HistoryOptions>({ before: kind('a moment', Number.isSafeInteger), limit: whole(1, 1000) });

const MAX_NAME = 200;
const name = kind(
  `text of 1 to ${MAX_NAME} characters`,
  (value) => typeof value === 'string' && value !== '' && value.length <= MAX_NAME,
);

/** How schedules reach the store. @throws EspalierError `ESP_STOPPED` */
type Reach = () => { readonly schedules: ScheduleStore; readonly context: SpecContext };

/** Jobs that are submitted by a rule: each instant once, whatever dies. See `docs/schedules.md`. */
export class Schedules {
  readonly #reach: Reach;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /**
   * Makes a schedule, or changes the one of that name. An equal one changes nothing, so that a program sets its schedules each
   * time it starts. Another rule counts from now on; whatever else is changed, nothing is made twice.
   *
   * @throws EspalierError `ESP_INVALID` naming what does not fit, also for a rule that never comes
   * @example
   * await system.schedules.set('nightly', {
   *   cron: '30 2 * * *',
   *   timezone: 'Europe/Berlin',
   *   job: { queue: 'embed', method: 'embed', args: { text: 'good night' } },
   * });
   */
  async set(called: string, options: ScheduleOptions): Promise<'created' | 'changed' | 'unchanged'> {
    const { schedules, context } = this.#named(called);
    return await schedules.set(called, scheduleSpec(called, options, context), context.now);
  }

  /** Null when there is none of that name. */
  async get(called: string): Promise<ScheduleRecord | null> {
    return await this.#named(called).schedules.get(called);
  }

  /** In the order of their names. */
  async list(): Promise<readonly ScheduleRecord[]> {
    return await this.#reach().schedules.list();
  }

  /** What became of its instants, the newest first. The newest thousand are kept. */
  async history(called: string, options: HistoryOptions = {}): Promise<readonly OccurrenceRecord[]> {
    const { schedules } = this.#named(called);
    checkOptions('history', options, historyRule);
    return await schedules.history(called, { limit: 100, ...options });
  }

  /** Its instants are skipped until it is resumed. False when it is not active. @throws EspalierError `ESP_NOT_FOUND` */
  async pause(called: string): Promise<boolean> {
    return await this.#named(called).schedules.pause(called);
  }

  /** What passed meanwhile is not made. False when it is not paused. @throws EspalierError `ESP_NOT_FOUND` */
  async resume(called: string): Promise<boolean> {
    const { schedules, context } = this.#named(called);
    return await schedules.resume(called, context.now);
  }

  /** Removes it with its history; its jobs stay. False when there is none. */
  async remove(called: string): Promise<boolean> {
    return await this.#named(called).schedules.remove(called);
  }

  /**
   * Makes an occurrence now, in any state of the schedule; its overlap holds: the answer says the job, or why there is none.
   *
   * @throws EspalierError `ESP_NOT_FOUND`
   */
  async runNow(called: string): Promise<OccurrenceRecord> {
    return await this.#named(called).schedules.runNow(called);
  }

  #named(called: string): ReturnType<Reach> {
    checkArgument('the name of a schedule', called, name);
    return this.#reach();
  }
}
