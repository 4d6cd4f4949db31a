import type { Command } from 'commander';
import { z } from 'zod';
import type { SnapshotRecord, StoreReader } from '../../index.js';
import { listing, withReader } from '../options.js';
import { Output } from '../output.js';
import { printable } from '../table.js';

const optionsSchema = z.object({ db: z.string(), json: z.boolean().default(false) });

/** `espalier tree`: the actors of the hosts that have not ended, or of the newest host when all have. */
export function addTree(program: Command): void {
  listing(program.command('tree').description('the actors of the living hosts')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    const records = await withReader(db, readTrees);
    const output = new Output(process.stdout);
    const lines = json ? records.map((record) => JSON.stringify(record)) : draw(records);
    for (const line of lines) await output.line(line);
  });
}

async function readTrees(reader: StoreReader): Promise<readonly SnapshotRecord[]> {
  const hosts = await reader.hosts.unended();
  const runIds = hosts.length === 0 ? [undefined] : hosts.map(({ runId }) => runId);
  const trees = await Promise.all(runIds.map((runId) => reader.snapshots.list(runId)));
  // What machines go on from is not what they do now.
  return trees.flat().filter(({ kind }) => kind === 'observed');
}

/** One line per actor, indented by its depth, below a line per host. */
function draw(records: readonly SnapshotRecord[]): string[] {
  if (records.length === 0) return ['no actors'];
  return records.flatMap((record, at) => {
    const first = records[at - 1]?.runId !== record.runId;
    return first ? [`host ${record.runId}`, describe(record)] : [describe(record)];
  });
}

function describe({ path, role, state, incarnation, detail }: SnapshotRecord): string {
  const depth = path === '/' ? 0 : path.split('/').length - 1;
  const name = path.split('/').at(-1) || '/';
  const shown = typeof state === 'string' ? state : JSON.stringify(state);
  const more = detail === null || detail === undefined ? '' : `  ${JSON.stringify(detail)}`;
  return printable(`${'  '.repeat(depth + 1)}${name}  ${role}  ${shown}  #${incarnation}${more}`);
}
