import { z } from 'zod';
import type { RunRef } from '../../../ids.js';
import { JOB_STATES } from '../../../machines/work/attempt.js';
import type { RunOutlook, SlotStory } from '../../contract/runs.js';
import { errorRecord, slotStatus } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { countRow } from '../../sql/rows.js';
import { attemptsOf } from '../executions/reads.js';
import { findHead, requireRun } from './records.js';

const endedRow = z.object({ index: z.number(), status: slotStatus, error: json(errorRecord).nullable() });

/** Failed rows that are given. */
const FAILURES = 20;

const jobRow = z.object({ job: z.number(), state: z.enum(JOB_STATES), input: z.string() });

export function slotStory(db: Connection, { run, index }: { run: RunRef; index: number }): SlotStory | null {
  const head = findHead(db, run);
  const found =
    head && db.one(jobRow, 'SELECT job, state, input FROM jobs WHERE run = ? AND idx = ?', head.number, index);
  if (!found) return null;
  const { state, input } = found;
  return { state, input, attempts: attemptsOf(db, found.job) };
}

export function runOutlook(db: Connection, { run }: { run: RunRef }): RunOutlook {
  const { number } = requireRun(db, run);
  const running = db.one(countRow, `SELECT count(*) AS count FROM jobs WHERE run = ? AND state = 'running'`, number);
  const failures = db.all(
    endedRow,
    `SELECT w.idx AS "index", w.status, a.error FROM rows w
     LEFT JOIN attempts a ON a.id = w.attempt
     WHERE w.run = ? AND w.status IN ('failed', 'timed_out') ORDER BY w.idx LIMIT ?`,
    number,
    FAILURES,
  );
  return { executing: running?.count ?? 0, failures };
}
