import Database from 'better-sqlite3';
import { listPids, readCommandLine } from '../../../../src/transport/process/proc/proc.js';
import { flaws } from '../../../sim/flaws.js';
import { Look } from '../../../sim/seen.js';
import type { StoredEnd } from './verdict.js';
import { CAPS } from './work.js';

const OVER = "('succeeded', 'failed', 'timed_out', 'cancelled', 'skipped')";

/** Looks into a store, and at what runs, past all that hosts say. */
export class Watch {
  readonly #db: Database.Database;
  readonly #file: string;
  /** Samples that were taken. */
  samples = 0;
  readonly found: string[] = [];
  /** The most that held each limit in a sample. */
  readonly most = new Map<string, number>();

  constructor(store: string, file: string) {
    this.#db = new Database(store, { readonly: true });
    this.#file = file;
  }

  /** Holders and running attempts of each limit in the store, and its programs among the processes. */
  sample(limitsOf: (name: string) => readonly string[]): void {
    this.samples += 1;
    for (const [name, cap] of Object.entries(CAPS)) {
      const count = this.#count('SELECT count(*) AS n FROM limit_holders WHERE name = ?', name);
      const running = this.#count(
        "SELECT count(*) AS n FROM attempts a JOIN job_limits l ON l.job = a.job WHERE a.state = 'running' AND l.name = ?",
        name,
      );
      const processes = this.#names().filter((job) => limitsOf(job).includes(name)).length;
      this.most.set(name, Math.max(this.most.get(name) ?? 0, count, processes));
      if (Math.max(count, running, processes) > cap)
        this.found.push(`${name} is held ${count} times, by ${running} attempts and ${processes} processes`);
    }
  }

  /** The jobs whose programs run. */
  #names(): readonly string[] {
    const names = listPids().flatMap((pid) => {
      const [shell, , text = ''] = readCommandLine(pid);
      if (shell !== 'sh' || !text.includes(this.#file)) return [];
      return [/^echo "begin (\w+) /.exec(text)?.[1] ?? ''];
    });
    return [...new Set(names)];
  }

  #count(sql: string, ...values: readonly string[]): number {
    return Number(Object.values(this.#db.prepare(sql).get(...values) as Record<string, unknown>)[0]);
  }

  /** Jobs that have not ended. */
  left(): number {
    return this.#count(`SELECT count(*) AS n FROM jobs WHERE state NOT IN ${OVER}`);
  }

  ended(): number {
    return this.#count(`SELECT count(*) AS n FROM jobs WHERE state IN ${OVER}`);
  }

  /** What may never stand in a store (`test/sim/flaws.ts`), looked for in one snapshot. */
  look(): void {
    this.found.push(...this.#db.transaction(() => flaws(new Look(this.#db).all()))());
  }

  ends(): StoredEnd[] {
    return this.#db
      .prepare(
        `SELECT j.id, d.key, j.state, count(a.id) AS attempts, coalesce(sum(a.state = 'succeeded'), 0) AS succeeded
          FROM jobs j JOIN job_details d ON d.job = j.job LEFT JOIN attempts a ON a.job = j.job GROUP BY j.job`,
      )
      .all() as StoredEnd[];
  }

  /** When attempts under a limit began, in the order in which they were written. */
  starts(limit: string): number[] {
    return this.#db
      .prepare('SELECT a.started_at FROM attempts a JOIN job_limits l ON l.job = a.job WHERE l.name = ? ORDER BY a.id')
      .pluck()
      .all(limit) as number[];
  }

  integrity(): string {
    return String(this.#db.pragma('integrity_check', { simple: true }));
  }

  close(): void {
    this.#db.close();
  }
}
