import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError, isMoving, type StoreReader } from '../../index.js';
import { noRun, onStore, withReader } from '../options.js';
import { Output } from '../output.js';
import { slotName, wholeNumber } from '../parse.js';
import { lastLines, news } from '../tail.js';

const optionsSchema = z.object({ db: z.string(), tail: z.number().optional(), follow: z.boolean().default(false) });
type Slot = ReturnType<typeof slotName>;

/** `espalier logs`: what the newest attempt of a slot wrote, each stream to its own. */
export function addLogs(program: Command): void {
  onStore(program.command('logs').description('the output of a slot, also while it runs'))
    .argument('<run:index>', 'the slot', slotName)
    .option('--tail <n>', 'only the last lines of each stream', wholeNumber(1, 1_000_000))
    .option('--follow', 'go on until the slot ends, or its run halts')
    .action(async (slot: Slot, raw: unknown) => {
      const { db, tail, follow } = optionsSchema.parse(raw);
      await withReader(db, (reader) => show(reader, slot, tail, follow));
    });
}

async function show(reader: StoreReader, slot: Slot, tail: number | undefined, follow: boolean): Promise<void> {
  await checkSlot(reader, slot);
  const [out, err] = [Output.of(process.stdout), Output.of(process.stderr)];
  let shown: Kept | null = null;
  for (;;) {
    // Whether it has ended is asked first: what it wrote until then is read after it.
    const ended = !follow || (await hasEnded(reader, slot));
    const kept = await reader.outputs.read(slot.run, slot.index);
    if (kept && shown === null) {
      await out.write(tail === undefined ? kept.stdout : lastLines(kept.stdout, tail));
      await err.write(tail === undefined ? kept.stderr : lastLines(kept.stderr, tail));
    } else if (kept && shown) {
      const before: Kept = kept.attempt === shown.attempt ? shown : { ...shown, stdout: '', stderr: '' };
      await out.write(news(before.stdout, kept.stdout));
      await err.write(news(before.stderr, kept.stderr));
    }
    shown = kept ?? shown;
    if (ended || out.closed.aborted) return;
    await reader.journal.changed(out.closed);
  }
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
