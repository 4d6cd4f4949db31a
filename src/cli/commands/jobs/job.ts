import type { Command } from 'commander';
import { z } from 'zod';
import { explain, type StoreReader } from '../../../index.js';
import { writeJson } from '../../../json/write.js';
import { jobNamed } from '../../jobs/filter.js';
import { describeJob } from '../../jobs/story.js';
import { knownStore } from '../../options/find-store.js';
import { listing, withReader } from '../../options/options.js';
import { Output } from '../../print/output.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

/** `espalier job`: one job in full, with why it waits or how it came to its end. */
export function addJob(program: Command): void {
  listing(
    program
      .command('job <job>')
      .description('one job in full: why it waits, its attempts, its result')
      .addHelpText('after', '\nJOB is an id, the beginning of one, or "last".'),
  ).action(async (text: string, raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    const { story, why } = await withReader(db, (reader) => read(reader, text));
    const output = Output.of(process.stdout);
    const lines = json
      ? [writeJson({ ...story, why: why.map(({ cause, sentences }) => ({ cause, sentences })) })]
      : describeJob(story, why, Date.now());
    for (const line of lines) await output.line(line);
  });
}

async function read(reader: StoreReader, text: string) {
  const jobId = await jobNamed(reader, text);
  const [story, { findings }] = await Promise.all([reader.jobs.story(jobId), explain(reader, jobId)]);
  if (story === null) throw new TypeError(`job ${jobId} was found, and is not there`);
  // What is over is told by "espalier why".
  return { story, why: findings.filter(({ standing, about }) => standing && about === jobId) };
}
