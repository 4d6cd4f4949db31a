import type { Command } from 'commander';
import { z } from 'zod';
import { readTree, type StoredTree, type StoreReader } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import { listing, withReader } from '../options/options.js';
import { Output } from '../print/output.js';
import { type Cells, formatDuration, formatTable } from '../print/table.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

/** `espalier tree`: the actors of the hosts that have not ended, or of the newest host when all have. */
export function addTree(program: Command): void {
  listing(program.command('tree').description('the actors of the living hosts')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    const trees = await withReader(db, readTrees);
    const output = Output.of(process.stdout);
    const lines = json ? trees.flatMap(asJson) : draw(trees, Date.now());
    for (const line of lines) await output.line(line);
  });
}

async function readTrees(reader: StoreReader): Promise<readonly StoredTree[]> {
  const hosts = await reader.hosts.unended();
  if (hosts.length > 0) return await Promise.all(hosts.map(({ runId }) => readTree(reader, runId)));
  const [newest] = await reader.hosts.newest(1);
  return newest ? [await readTree(reader, newest.runId)] : [];
}

function asJson({ runId, actors }: StoredTree): string[] {
  return actors.map((actor) => JSON.stringify({ ...actor, runId }));
}

const HEAD = ['ACTOR', 'ROLE', 'STATE', 'PID', 'AGE', 'RESTARTS', 'PROBLEM'];

/** A table per host: one line per actor, indented by its depth. */
function draw(trees: readonly StoredTree[], now: number): string[] {
  if (trees.every(({ actors }) => actors.length === 0)) return ['no actors'];
  return trees.flatMap((tree) => [
    about(tree),
    ...formatTable(
      HEAD,
      tree.actors.map((actor) => cellsOf(actor, now)),
    ).map((line) => `  ${line}`),
    ...(tree.leftOut > 0 ? [`  and ${tree.leftOut} more, which are not shown`] : []),
  ]);
}

function about({ runId, pid, presence, unasked }: StoredTree): string {
  switch (presence) {
    case 'living':
      return unasked === null
        ? `host ${runId} (pid ${pid})`
        : `host ${runId} (pid ${pid}) lives, but ${unasked}: shown is what its store has of it`;
    case 'gone':
      return `host ${runId} has ended; its actors as they were seen last`;
    case 'unknown':
      return `host ${runId} is of another machine or container; its actors as they were seen last`;
    default:
      return presence satisfies never;
  }
}

function cellsOf(actor: StoredTree['actors'][number], now: number): Cells {
  const { path, role, state, pid, startedAt, restarts, problem } = actor;
  const depth = path === '/' ? 0 : path.split('/').length - 1;
  const name = `${'  '.repeat(depth)}${path.split('/').at(-1) || '/'}`;
  const age = startedAt === null ? '' : formatDuration(Math.max(0, now - startedAt));
  return [name, role, state, pid ?? '', age, restarts, problem ?? ''];
}
