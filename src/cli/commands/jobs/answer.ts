import type { Command } from 'commander';
import { z } from 'zod';
import { writeJson } from '../../../json/write.js';
import { jobNamed } from '../../jobs/filter.js';
import { givenValue, takingText } from '../../jobs/input.js';
import { knownStore } from '../../options/find-store.js';
import { listing, withJobs } from '../../options/options.js';
import { tell } from '../../print/diagnostics.js';
import { Output } from '../../print/output.js';

const optionsSchema = z.object({
  text: z.boolean().default(false),
  db: knownStore,
  json: z.boolean().default(false),
});

/** `espalier answer`: what a job waits for a person to say. */
export function addAnswer(program: Command): void {
  takingText(
    listing(
      program
        .command('answer <job> <id> <value>')
        .description('answer a question of a job, also one that is yet to be asked; the first answer stands')
        .addHelpText(
          'after',
          '\nVALUE is JSON, or a text; - is standard input. "espalier job JOB" shows what is asked.',
        ),
    ),
  ).action(async (text: string, id: string, given: string, raw: unknown) => {
    const { db, json, text: isText } = optionsSchema.parse(raw);
    const value = await givenValue(given, isText);
    await withJobs(db, async ({ jobs }, reader) => {
      const jobId = await jobNamed(reader, text);
      const isNew = await jobs.answer(jobId, id, value);
      if (!json && !isNew) tell('existing: it was answered so before\n');
      const { state } = await jobs.get(jobId).record();
      const line = json ? writeJson({ jobId, question: id, existing: !isNew, state }) : `job ${jobId} is ${state}`;
      await Output.of(process.stdout).line(line);
    });
  });
}
