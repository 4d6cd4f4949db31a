import type { OperationName } from '../../src/persistence/writer/operations.js';
import type { Rewrite } from './store.js';

/** A guard of the store that is taken away: what its statement says, and what it says without. */
export interface Removed {
  readonly right: string;
  readonly wrong: string;
  /** Another guard of the same promise, which goes with it. */
  readonly and?: Removed;
  /** Only while these are performed. */
  readonly during?: readonly OperationName[];
  /** Only while nothing else is performed beside these. */
  readonly apart?: boolean;
}

/** What is known of a job when it is cancelled is older than its end. The test of its state is there for that. */
export const OUTDATED: Removed = {
  right: 'SELECT j.job, j.id, j.state, j.epoch, d.queue',
  wrong: `SELECT j.job, j.id, iif(d.ended_at IS NULL, j.state, 'blocked') AS state, j.epoch, d.queue`,
  during: ['jobs.cancel'],
  apart: true,
};

const UNKNOWN_KEYS: Removed = {
  right: 'SELECT id, digest FROM job_keys WHERE',
  wrong: 'SELECT id, digest FROM job_keys WHERE 0 AND',
};

/** The guards that the store of jobs stands on, each with what it is without. */
export const GUARDS: Readonly<Record<string, Removed>> = {
  'a change of state tests the state before': {
    right: 'UPDATE jobs SET state = ?, final = ? WHERE job = ? AND state = ?',
    wrong: 'UPDATE jobs SET state = ?, final = ? WHERE job = ? AND ? IS NOT NULL',
    and: OUTDATED,
  },
  'a write of an attempt names its epoch': { right: 'AND j.epoch = ? AND', wrong: 'AND ? IS NOT NULL AND' },
  'a write of an attempt names its host': {
    right: 'AND a.owner = coalesce(?, a.owner) AND a.state',
    wrong: 'AND ? IS NOT NULL AND a.state',
  },
  'a claim raises the epoch': {
    right: 'UPDATE jobs SET epoch = ? WHERE',
    wrong: 'UPDATE jobs SET epoch = max(1, ? - 1) WHERE',
  },
  'a host that has ended may not write': {
    right: 'SELECT ended FROM hosts WHERE run_id = ?',
    wrong: 'SELECT NULL AS ended FROM hosts WHERE run_id = ?',
  },
  'a key is looked up': UNKNOWN_KEYS,
  'a key is unique': {
    right: 'INSERT INTO job_keys',
    wrong: 'INSERT OR REPLACE INTO job_keys',
    and: UNKNOWN_KEYS,
  },
  'a key goes with its job': { right: 'DELETE FROM job_keys WHERE', wrong: 'DELETE FROM job_keys WHERE 0 AND' },
  'what can start is taken from the index when it starts': {
    right: 'DELETE FROM startable WHERE',
    wrong: 'DELETE FROM startable WHERE 0 AND',
  },
  'a limit counts who holds it': { right: 'AND (a.state =', wrong: 'AND 0 AND (a.state =' },
  'a limit counts its tokens': { right: 'l.tokens, l.tokens_at', wrong: '9 AS tokens, l.tokens_at' },
  'an attempt takes a token': { right: 'SET tokens = ?, tokens_at', wrong: 'SET tokens = max(1, ?), tokens_at' },
  'an attempt that ends frees its limits': {
    right: 'DELETE FROM limit_holders WHERE attempt = ?',
    wrong: 'DELETE FROM limit_holders WHERE 0 AND attempt = ?',
  },
  'a limit that has room lets others go on': {
    right: `d.parked = 'limit' AND d.parked_for = ?`,
    wrong: `d.parked = 'limit' AND 0 AND d.parked_for = ?`,
  },
  'a limit is looked at when it has a token': {
    right: 'wake_at <= ? RETURNING',
    wrong: 'wake_at <= ? AND 0 RETURNING',
  },
  'nothing starts from a queue that is paused': {
    right: 'SELECT paused_at FROM queues',
    wrong: 'SELECT NULL AS paused_at FROM queues',
  },
  'the end of an attempt reads what was wished': {
    right: 'd.wanted, d.wanted_why',
    wrong: 'NULL AS wanted, d.wanted_why',
    during: ['jobs.finish'],
  },
  'what is given back reads what was wished': {
    right: 'd.wanted, d.wanted_why',
    wrong: 'NULL AS wanted, d.wanted_why',
    during: ['jobs.release'],
  },
  'the death of a host reads what was wished': {
    right: 'd.wanted, d.wanted_why',
    wrong: 'NULL AS wanted, d.wanted_why',
    during: ['hosts.fence'],
  },
  'a job starts after what it waits for': { right: 'SELECT count(*) AS unmet', wrong: 'SELECT 0 AS unmet' },
  'a job that ends lets go on what waits for it': {
    right: 'UPDATE dependencies SET met = 1 WHERE',
    wrong: 'UPDATE dependencies SET met = 1 WHERE 0 AND',
  },
  'a job starts after its time': { right: 'd.parked_until <= ?', wrong: 'd.parked_until <= ? + 1e6' },
  'a timer that is over is heard': { right: 'd.parked_until <= ?', wrong: 'd.parked_until <= ? - 1e9' },
  'jobs end with their parent': { right: 'd.parent = ? AND j.state', wrong: 'd.parent = ? AND 0 AND j.state' },
  'what an attempt left behind ends before the next': {
    right: 'd.parent = ? AND d.key IS NULL',
    wrong: 'd.parent = ? AND 0 AND d.key IS NULL',
  },
  'what a dead host ran is taken from it': {
    right: `WHERE a.owner = ? AND a.state = 'running' ORDER BY`,
    wrong: `WHERE a.owner = ? AND 0 ORDER BY`,
  },
  'what must be alone is known to': { right: 'd.crashes, d.alone', wrong: 'd.crashes, 0 AS alone' },
  'nothing starts beside what must be alone': { right: 'WHERE d.alone = 1 AND', wrong: 'WHERE 0 AND' },
  'a pool that knows a method lets those go on that wait for it': {
    right: 'd.parked = ? AND d.parked_for = ? AND d.queue',
    wrong: 'd.parked = ? AND 0 AND d.parked_for = ? AND d.queue',
  },
  'who waits for an answer goes on with it': {
    right: 'answer IS NULL AND attempt = (',
    wrong: 'answer IS NOT NULL AND attempt = (',
    during: ['jobs.answer'],
  },
  'who waits for jobs goes on when they have ended': {
    right: 'met = 0 AND awaited_by = (',
    wrong: 'met >= 0 AND awaited_by = (',
  },
  'who asked and ended well waits': { right: 'attempt = ? AND suspends = 1)', wrong: 'attempt = ? AND suspends = 9)' },
  'the first answer stands': {
    right: 'SELECT question, answer FROM questions WHERE job',
    wrong: 'SELECT question, NULL AS answer FROM questions WHERE job',
    and: {
      right: 'answered_by = excluded.answered_by WHERE answer IS NULL',
      wrong: 'answered_by = excluded.answered_by',
    },
    during: ['jobs.answer'],
  },
  'no job waits in a circle': { right: 'SELECT count(*) AS found FROM way', wrong: 'SELECT 0 AS found FROM way' },
  'what an attempt did not end to wait for is forgotten': {
    right: 'SET suspends = 0 WHERE job = ? AND suspends = 1',
    wrong: 'SET suspends = 0 WHERE job = ? AND suspends = 9',
  },
  'a queue counts its jobs': {
    right: 'SET count = count + excluded.count',
    wrong: 'SET count = count + max(0, excluded.count)',
  },
};

/** Takes a guard away from every statement that has it. */
export function without({ right, wrong, and, during, apart = false }: Removed): Rewrite {
  const other: Rewrite = and === undefined ? (sql) => sql : without(and);
  return (sql, playing) => {
    const isOne = (name: string) => during === undefined || during.some((one) => one === name);
    const isMeant = apart ? playing.every(isOne) : playing.some(isOne);
    return other(isMeant ? sql.replaceAll(right, () => wrong) : sql, playing);
  };
}
