import type Database from 'better-sqlite3';
import { isEnded, type JobState } from '../../src/machines/work/job/states.js';

export interface SeenJob {
  readonly job: number;
  readonly id: string;
  readonly state: JobState;
  readonly epoch: number;
  readonly final: number | null;
  readonly queue: string;
  readonly method: string | null;
  readonly version: string | null;
  readonly key: string | null;
  readonly rank: number;
  readonly parent: number | null;
  readonly onParentEnd: 'cancel' | 'abandon';
  readonly wanted: string | null;
  readonly crashes: number;
  readonly alone: number;
  readonly parked: string | null;
  readonly parkedFor: string | null;
  readonly parkedUntil: number | null;
  readonly endedAt: number | null;
  readonly error: string | null;
}

export interface SeenAttempt {
  readonly id: number;
  readonly job: number;
  readonly epoch: number;
  readonly owner: string;
  /** Its number. */
  readonly attempt: number;
  readonly state: string;
  readonly process: string | null;
}

interface SeenLimit {
  readonly name: string;
  readonly concurrency: number | null;
  readonly rate: string | null;
  readonly wakeAt: number | null;
}

/** What stands in the tables of jobs, read past the operations. */
export interface Seen {
  readonly jobs: readonly SeenJob[];
  readonly attempts: readonly SeenAttempt[];
  readonly startable: readonly { readonly queue: string; readonly rank: number; readonly job: number }[];
  readonly counts: readonly { readonly queue: string; readonly state: string; readonly count: number }[];
  readonly keys: readonly {
    readonly queue: string;
    readonly key: string;
    readonly id: string;
    readonly ever: number;
  }[];
  readonly dependencies: readonly {
    readonly job: number;
    readonly needs: number;
    readonly met: number;
    readonly awaitedBy: number | null;
  }[];
  readonly questions: readonly {
    readonly job: number;
    readonly id: string;
    readonly attempt: number | null;
    readonly suspends: number;
    readonly asked: number;
    readonly answer: string | null;
  }[];
  readonly limits: readonly SeenLimit[];
  readonly jobLimits: readonly { readonly job: number; readonly name: string }[];
  readonly holders: readonly { readonly name: string; readonly attempt: number }[];
  readonly serving: readonly { readonly queue: string; readonly host: string; readonly methods: string | null }[];
  /** Those that have not ended. */
  readonly hosts: readonly { readonly id: string }[];
}

const SQL = {
  jobs: `SELECT j.job, j.id, j.state, j.epoch, j.final, d.queue, d.method, d.version, d.key, d.rank, d.parent,
      d.policy ->> '$.onParentEnd' AS onParentEnd, d.wanted, d.crashes, d.alone, d.parked, d.parked_for AS parkedFor,
      d.parked_until AS parkedUntil, d.ended_at AS endedAt, d.error
    FROM jobs j LEFT JOIN job_details d ON d.job = j.job ORDER BY j.job`,
  attempts: `SELECT a.id, a.job, a.epoch, a.attempt, a.owner, a.state, p.state AS process FROM attempts a
      LEFT JOIN processes p ON p.run_id = a.owner AND p.spawn_id = a.spawn_id ORDER BY a.id`,
  startable: 'SELECT queue, rank, job FROM startable ORDER BY job',
  counts: 'SELECT queue, state, count FROM queue_counts WHERE count <> 0 ORDER BY queue, state',
  keys: 'SELECT queue, key, id, ever FROM job_keys',
  dependencies: 'SELECT job, needs, met, awaited_by AS awaitedBy FROM dependencies',
  questions: 'SELECT job, id, attempt, suspends, question IS NOT NULL AS asked, answer FROM questions ORDER BY job, id',
  limits: 'SELECT name, concurrency, rate, wake_at AS wakeAt FROM limits',
  jobLimits: 'SELECT job, name FROM job_limits ORDER BY job',
  holders: 'SELECT name, attempt FROM limit_holders',
  serving: 'SELECT queue, run_id AS host, methods FROM serving',
  hosts: 'SELECT run_id AS id FROM hosts WHERE ended_at IS NULL',
} as const;

/** Looks at all of it, with statements of its own. */
export class Look {
  readonly #read: { readonly [K in keyof Seen]: () => Seen[K] };

  constructor(database: Database.Database) {
    const all = <K extends keyof Seen>(name: K): (() => Seen[K]) => {
      const statement = database.prepare<[], Seen[K][number]>(SQL[name]);
      // What the statement selects has the names of its type.
      return () => statement.all() as Seen[K];
    };
    this.#read = {
      jobs: all('jobs'),
      attempts: all('attempts'),
      startable: all('startable'),
      counts: all('counts'),
      keys: all('keys'),
      dependencies: all('dependencies'),
      questions: all('questions'),
      limits: all('limits'),
      jobLimits: all('jobLimits'),
      holders: all('holders'),
      serving: all('serving'),
      hosts: all('hosts'),
    };
  }

  all(): Seen {
    const read = this.#read;
    return {
      jobs: read.jobs(),
      attempts: read.attempts(),
      startable: read.startable(),
      counts: read.counts(),
      keys: read.keys(),
      dependencies: read.dependencies(),
      questions: read.questions(),
      limits: read.limits(),
      jobLimits: read.jobLimits(),
      holders: read.holders(),
      serving: read.serving(),
      hosts: read.hosts(),
    };
  }
}

export function isOver({ state }: Pick<SeenJob, 'state'>): boolean {
  return isEnded(state);
}
