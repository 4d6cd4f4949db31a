import type { Command } from 'commander';
import { z } from 'zod';
import { readTree, type StoredTree, type StoreReader } from '../../index.js';
import { listing, withReader } from '../options.js';
import { Output } from '../output.js';
import { printable } from '../table.js';

const optionsSchema = z.object({ db: z.string(), json: z.boolean().default(false) });

/** `espalier tree`: the actors of the hosts that have not ended, or of the newest host when all have. */
export function addTree(program: Command): void {
  listing(program.command('tree').description('the actors of the living hosts')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    const trees = await withReader(db, readTrees);
    const output = new Output(process.stdout);
    const lines = json ? trees.flatMap(asJson) : draw(trees);
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

/** One line per actor, indented by its depth, below a line per host. */
function draw(trees: readonly StoredTree[]): string[] {
  if (trees.every(({ actors }) => actors.length === 0)) return ['no actors'];
  return trees.flatMap(({ runId, presence, actors }) => [
    `host ${runId}${PRESENCE[presence]}`,
    ...actors.map(describe),
  ]);
}

/** Of the living nothing need be said. */
const PRESENCE = {
  living: '',
  gone: ' has ended; its actors as they were seen last',
  unknown: ' is of another machine or container',
} satisfies Record<StoredTree['presence'], string>;

function describe({ path, role, state, incarnation, problem }: StoredTree['actors'][number]): string {
  const depth = path === '/' ? 0 : path.split('/').length - 1;
  const name = path.split('/').at(-1) || '/';
  const more = problem === null ? '' : `  ${problem}`;
  return printable(`${'  '.repeat(depth + 1)}${name}  ${role}  ${state}  #${incarnation}${more}`);
}
