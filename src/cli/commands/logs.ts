import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError, isMoving, type RunRef, type StoreReader, slotJobId } from '../../index.js';
import { jobNamed } from '../jobs/filter.js';
import { type OutputOwner, printOutput, showOutput } from '../logs/attempt-output.js';
import { showPathLogs } from '../logs/path-logs.js';
import { knownStore } from '../options/find-store.js';
import { noRun, onStore, withReader } from '../options/options.js';
import { logTarget, wholeNumber } from '../options/parse.js';

const optionsSchema = z.object({
  db: knownStore,
  attempt: z.number().optional(),
  json: z.boolean().default(false),
  tail: z.number().optional(),
  follow: z.boolean().default(false),
  raw: z.boolean().default(false),
});
type Target = ReturnType<typeof logTarget>;
type Slot = Extract<Target, { readonly run: RunRef }>;

/** `espalier logs`: what an attempt of a slot or a job wrote, or a worker or service; each stream to its own. */
export function addLogs(program: Command): void {
  onStore(program.command('logs').description('what a job, a slot, a worker or a service wrote, also while it runs'))
    .argument('<path|run:index|job>', 'the path of a worker, pool or service, a slot, or the id of a job', logTarget)
    .option('--tail <n>', 'only the last lines of each stream', wholeNumber(1, 1_000_000))
    .option('--attempt <n>', 'of this attempt of a job or slot (the newest)', wholeNumber(1))
    .option('--follow', 'go on: with a job or slot until it ends or its run halts')
    .option('--raw', 'every byte of a job or slot as it was written, on a terminal too')
    .option('--json', 'of a job or slot: one line of JSON, with the bytes written, kept and shown')
    .action(async (target: Target, given: unknown) => {
      const options = optionsSchema.parse(given);
      if (options.json && options.follow)
        throw new EspalierError('ESP_INVALID', '--json shows what is there now: give no --follow');
      await withReader(options.db, async (reader) => {
        if ('path' in target) return await ofPath(reader, target.path, options);
        const owner = await ownerOf(reader, target);
        await (options.json ? printOutput(reader, owner, options) : showOutput(reader, owner, options));
      });
    });
}

async function ofPath(
  reader: StoreReader,
  path: string,
  { tail, follow, json, attempt }: z.infer<typeof optionsSchema>,
): Promise<void> {
  const alien = json ? '--json' : attempt === undefined ? null : '--attempt';
  if (alien !== null)
    throw new EspalierError('ESP_INVALID', `${alien} goes with a job or a slot, and ${path} is a path`);
  await refuseRun(reader, path);
  await showPathLogs(reader, path, tail, follow);
}

/** A run alone is no path: its slots have the outputs. */
async function refuseRun(reader: StoreReader, path: string): Promise<void> {
  const run = path.slice(1);
  if (!(await reader.runs.get(run))) return;
  throw new EspalierError('ESP_INVALID', `${run} is a run; name one of its slots as RUN:INDEX, like ${run}:0`);
}

/** A slot, or the job that a text means. */
async function ownerOf(reader: StoreReader, target: Exclude<Target, { readonly path: string }>): Promise<OutputOwner> {
  if ('job' in target) {
    const jobId = await jobNamed(reader, target.job);
    const hasEnded = async () => (await reader.jobs.get(jobId))?.endedAt !== null;
    return { jobId, name: jobId, hasEnded };
  }
  await checkSlot(reader, target);
  const name = `${target.run}:${target.index}`;
  return { jobId: slotJobId(target.run, target.index), name, hasEnded: () => hasEnded(reader, target) };
}

async function checkSlot(reader: StoreReader, { run, index }: Slot): Promise<void> {
  const record = await reader.runs.get(run);
  if (!record) throw noRun(run, reader.file);
  if (index < record.total) return;
  throw new EspalierError('ESP_NOT_FOUND', `run ${run} has no slot ${index}: it has ${record.total}, counted from 0`);
}

async function hasEnded(reader: StoreReader, { run, index }: Slot): Promise<boolean> {
  const record = await reader.runs.get(run);
  const [row] = await reader.runs.rows(run, index, 1);
  return row?.index === index || !record || !isMoving(record.status);
}
