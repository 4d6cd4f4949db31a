import type { LimitSettings } from '../../src/machines/work/job/limit.js';
import type { Seen } from './seen.js';

/** A job as it was acknowledged. */
export interface KnownJob {
  readonly queue: string;
  readonly notBefore: number | null;
  readonly after: readonly string[];
  readonly limits: readonly string[];
  readonly attempts: number;
  readonly onLost: 'retry' | 'fail';
  readonly isolateAfter: number | null;
  readonly parent: string | null;
  readonly key: string | null;
}

/** A limit with as many tokens as there can be. */
interface KnownLimit extends LimitSettings {
  readonly tokens: number;
}

export interface KnownAttempt {
  readonly owner: string;
  readonly epoch: number;
  readonly spawnId: string | null;
}

/** What a checker knows from what was acknowledged alone, and what it saw last. */
export interface Memory {
  seen: Seen;
  /** The latest that the clock ever said, and what it said last. */
  latest: number;
  now: number;
  readonly live: Set<string>;
  readonly jobs: Map<string, KnownJob>;
  /** By job. */
  readonly running: Map<string, KnownAttempt>;
  readonly epochs: Map<string, number>;
  /** The attempts that have processes of their own, by these. */
  readonly processes: Map<string, { readonly job: string; readonly epoch: number }>;
  /** Processes that could not be proven gone. */
  readonly suspects: Set<string>;
  readonly paused: Set<string>;
  readonly limits: Map<string, KnownLimit>;
  /** Deaths of hosts in a row, by job. */
  readonly crashes: Map<string, number>;
  readonly alone: Set<string>;
  /** Jobs whose end was asked for and acknowledged, before they had ended. */
  readonly wished: Set<string>;
  /** Outcomes that were acknowledged. */
  readonly ends: Map<string, string>;
  /** Attempts that failed by themselves, by job. */
  readonly failures: Map<string, number>;
  /** Answers that were acknowledged, by job and question. */
  readonly answers: Map<string, string>;
  /** Jobs whose running attempt said that it ends to wait, with what for. */
  readonly waits: Map<string, ReadonlySet<string>>;
}

const NOTHING: Seen = {
  ...{
    jobs: [],
    attempts: [],
    startable: [],
    counts: [],
    keys: [],
    dependencies: [],
    questions: [],
    limits: [],
    jobLimits: [],
  },
  ...{ holders: [], serving: [], hosts: [] },
};

export function freshMemory(): Memory {
  return {
    ...{ seen: NOTHING, latest: 0, now: 0 },
    live: new Set(),
    jobs: new Map(),
    running: new Map(),
    epochs: new Map(),
    processes: new Map(),
    suspects: new Set(),
    paused: new Set(),
    limits: new Map(),
    crashes: new Map(),
    alone: new Set(),
    wished: new Set(),
    ends: new Map(),
    failures: new Map(),
    answers: new Map(),
    waits: new Map(),
  };
}

/** The same memory, which changes by itself from here on. */
export function copyOf(memory: Memory): Memory {
  return {
    ...memory,
    live: new Set(memory.live),
    jobs: new Map(memory.jobs),
    running: new Map(memory.running),
    epochs: new Map(memory.epochs),
    processes: new Map(memory.processes),
    suspects: new Set(memory.suspects),
    paused: new Set(memory.paused),
    limits: new Map(memory.limits),
    crashes: new Map(memory.crashes),
    alone: new Set(memory.alone),
    wished: new Set(memory.wished),
    ends: new Map(memory.ends),
    failures: new Map(memory.failures),
    answers: new Map(memory.answers),
    waits: new Map(memory.waits),
  };
}
