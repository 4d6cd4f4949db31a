import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError, isMoving, type StoreReader } from '../../index.js';
import { streamBytes } from '../../stream-text.js';
import { showPathLogs } from '../logs/path-logs.js';
import { ProgramOutput } from '../logs/program-output.js';
import { lastLines, news } from '../logs/tail.js';
import { knownStore } from '../options/find-store.js';
import { noRun, onStore, withReader } from '../options/options.js';
import { logTarget, wholeNumber } from '../options/parse.js';
import { Output } from '../print/output.js';

const optionsSchema = z.object({
  db: knownStore,
  tail: z.number().optional(),
  follow: z.boolean().default(false),
  raw: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;
type Target = ReturnType<typeof logTarget>;
type Slot = Exclude<Target, string>;

/** `espalier logs`: what the newest attempt of a slot wrote, or a worker or service; each stream to its own. */
export function addLogs(program: Command): void {
  onStore(program.command('logs').description('what a slot, a worker or a service wrote, also while it runs'))
    .argument('<path|run:index>', 'the path of a worker, pool or service, or a slot', logTarget)
    .option('--tail <n>', 'only the last lines of each stream', wholeNumber(1, 1_000_000))
    .option('--follow', 'go on: with a slot until it ends or its run halts')
    .option('--raw', 'every byte of a slot as it was written, on a terminal too')
    .action(async (target: Target, given: unknown) => {
      const options = optionsSchema.parse(given);
      await withReader(options.db, async (reader) => {
        if (typeof target !== 'string') return show(reader, target, options);
        await refuseRun(reader, target);
        return showPathLogs(reader, target, options.tail, options.follow);
      });
    });
}

/** A run alone is no path: its slots have the outputs. */
async function refuseRun(reader: StoreReader, path: string): Promise<void> {
  const run = path.slice(1);
  if (!(await reader.runs.get(run))) return;
  throw new EspalierError('ESP_INVALID', `${run} is a run; name one of its slots as RUN:INDEX, like ${run}:0`);
}

const STREAMS = ['stdout', 'stderr'] as const;

async function show(reader: StoreReader, slot: Slot, { tail, follow, raw }: Options): Promise<void> {
  await checkSlot(reader, slot);
  const outs = {
    stdout: new ProgramOutput(Output.of(process.stdout), process.stdout.isTTY && !raw),
    stderr: new ProgramOutput(Output.of(process.stderr), process.stderr.isTTY && !raw),
  };
  const { closed } = outs.stdout.output;
  let shown: Kept | null = null;
  for (;;) {
    // Whether it has ended is asked first: what it wrote until then is read after it.
    const ended = !follow || (await hasEnded(reader, slot));
    const kept = await reader.outputs.read(slot.run, slot.index);
    for (const stream of kept ? STREAMS : []) await outs[stream].write(fresh(shown, kept, stream, tail));
    shown = kept ?? shown;
    if (ended || closed.aborted) break;
    await reader.journal.changed(closed);
  }
  for (const stream of STREAMS) await outs[stream].end();
  const altered = STREAMS.filter((stream) => outs[stream].isAltered);
  if (altered.length === 0) return;
  const what = `${altered.join(' and ')} of ${slot.run}:${slot.index}`;
  await outs.stderr.output.line(
    `espalier: ${what} is not UTF-8: \uFFFD stands for what is not; --raw writes the bytes`,
  );
}

/** What was written since it was shown last; at first the last lines, or all that is kept. */
function fresh(
  shown: Kept | null,
  kept: Kept | null,
  stream: (typeof STREAMS)[number],
  tail: number | undefined,
): Buffer {
  const now = kept ? streamBytes(kept, stream) : Buffer.alloc(0);
  if (shown === null) return tail === undefined ? now : lastLines(now, tail);
  return kept?.attempt === shown.attempt ? news(streamBytes(shown, stream), now) : now;
}

type Kept = NonNullable<Awaited<ReturnType<StoreReader['outputs']['read']>>>;

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
