import type { Command } from 'commander';
import { z } from 'zod';
import { formatTime } from '../../clock.js';
import { type RunRecord, type RunRef, readRun } from '../../index.js';
import { writeJson } from '../../json/write.js';
import { knownStore } from '../options/find-store.js';
import { listing, noRun, withReader } from '../options/options.js';
import { Output } from '../print/output.js';
import { formatCounts } from '../print/progress.js';
import { printable } from '../print/table.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

/** `espalier show`: one run in full. The digest is equal for equal results, however they came about. */
export function addShow(program: Command): void {
  listing(program.command('show <run>').description('one run in full')).action(async (run: RunRef, raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    const { record, digest } = await withReader(db, async (reader) => {
      const found = await readRun(reader, run);
      if (!found) throw noRun(run, db);
      return { record: found, digest: await reader.runs.runDigest(run) };
    });
    const output = Output.of(process.stdout);
    const lines = json ? [writeJson({ ...record, digest })] : describe(record, digest);
    for (const line of lines) await output.line(line);
  });
}

function describe(record: RunRecord, digest: string): string[] {
  const { policy, counts, total } = record;
  const committed = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const settings = [
    ...(policy.method === undefined ? [] : [`calls ${printable(policy.method)}`]),
    `${policy.concurrency} at once`,
    `${policy.retries} retries`,
    policy.timeoutMs === null ? 'no timeout' : `timeout ${policy.timeoutMs} ms`,
    `on loss ${policy.onLost}`,
    ...(policy.failFast ? ['fail fast'] : []),
  ];
  return [
    `run        ${record.run}${record.name === null ? '' : ` (${printable(record.name)})`}`,
    `status     ${record.status}${record.wish === null ? '' : `, asked to ${record.wish}`}`,
    `committed  ${committed} of ${total}${committed > 0 ? `: ${formatCounts(counts).join(', ')}` : ''}`,
    `settings   ${settings.join(', ')}`,
    `origin     ${writeJson(record.origin)}`,
    `host       ${record.owner ?? 'none'}`,
    `created    ${formatTime(record.createdAt)} UTC`,
    `updated    ${formatTime(record.updatedAt)} UTC`,
    `digest     ${digest}`,
  ];
}
