import type { Command } from 'commander';
import { z } from 'zod';
import { askRun, EspalierError, type RunRef } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import { onStore, withReader } from '../options/options.js';
import { Output } from '../print/output.js';

const optionsSchema = z.object({ db: knownStore });

const texts = {
  pause: 'let what runs end, start nothing more; the host stays',
  stop: 'stop a run: what runs is ended and given back',
} as const;

/** `espalier pause` and `espalier stop`: ask the host that drives a run, through the store, which keeps it as the `wish` of the run. */
export function addPauseAndStop(program: Command): void {
  for (const what of ['pause', 'stop'] as const) {
    onStore(program.command(`${what} <run>`).description(texts[what])).action(async (run: RunRef, raw: unknown) => {
      const { db } = optionsSchema.parse(raw);
      if (!(await askRun(db, run, what))) throw await refusal(db, run, what);
      await Output.of(process.stdout).line(`asked the host of run ${run} to ${what} it`);
    });
  }
}

async function refusal(db: string, run: RunRef, what: 'pause' | 'stop'): Promise<EspalierError> {
  const record = await withReader(db, (reader) => reader.runs.get(run));
  const status = record?.status ?? 'gone';
  const message = `run ${run} is ${status}, and no living host drives it: there is nothing to ${what}`;
  return new EspalierError('ESP_INVALID', message, { context: { run, status } });
}
