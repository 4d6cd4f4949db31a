import { createHash } from 'node:crypto';
import type { RunRef } from '../../../ids.js';
import { writeJson } from '../../../json/write.js';
import type { ExecOutput } from '../../../machines/work/slot.js';
import type { Connection } from '../../sql/connection.js';
import { slotRows } from './rows.js';

const PAGE = 256;

function digested(output: ExecOutput | undefined) {
  const { stdout = null, exitCode = null, encoding } = output ?? {};
  return { stdout, ...(encoding?.stdout && { encoding: encoding.stdout }), exitCode };
}

/**
 * The digest of a run's committed rows. A generator, because a run may be large: the reader does other work at each
 * `yield`.
 */
export function* runDigest(db: Connection, { run }: { run: RunRef }): Generator<void, string, void> {
  const hash = createHash('sha256');
  let from = 0;
  for (;;) {
    const rows = slotRows(db, { run, from, limit: PAGE });
    for (const { row } of rows) {
      const outcome = 'result' in row ? { result: row.result } : digested(row.output);
      hash.update(`${writeJson([row.index, row.status, outcome])}\n`);
    }
    const last = rows.at(-1);
    if (last === undefined) return hash.digest('hex');
    from = last.row.index + 1;
    yield;
  }
}
