import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError, EXIT_WAITS, type Job } from '../../../index.js';
import { writeJson } from '../../../json/write.js';
import { jobNamed } from '../../jobs/filter.js';
import { givenValue, shownPlain, takingText } from '../../jobs/input.js';
import { withOwnAttempt } from '../../jobs/own.js';
import { knownStore } from '../../options/find-store.js';
import { listing, withJobs } from '../../options/options.js';
import { tell } from '../../print/diagnostics.js';
import { Output } from '../../print/output.js';
import { EXIT_FAILED, EXIT_OK } from '../../print/report.js';

const optionsSchema = z.object({
  wait: z.boolean().default(false),
  text: z.boolean().default(false),
  db: z.string().optional(),
  json: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

/** `espalier ask`: a question to a person, about the job whose program asks, or about another one. */
export function addAsk(program: Command): void {
  takingText(
    listing(
      program
        .command('ask <words...>')
        .usage('[options] [job] <id> <question>')
        .description('ask a person about a job; without JOB about the one whose program asks')
        .addHelpText(
          'after',
          '\nID names the question within its job. Exit code 0: the answer is there, and is printed. 75: it is not; a program' +
            '\nthat ends with that code, or with 0, is started anew once it is.',
        ),
    ),
  )
    .option('--wait', 'until the answer is there, instead of ending')
    .action(async (words: readonly string[], raw: unknown) => {
      const options = optionsSchema.parse(raw);
      const [first, second, third, ...others] = words;
      if (first === undefined || second === undefined || others.length > 0) throw usage();
      process.exitCode =
        third === undefined
          ? await askOwn(first, await givenValue(second, options.text), options)
          : await askAbout(first, second, await givenValue(third, options.text), options);
    });
}

function usage(): EspalierError {
  return new EspalierError('ESP_INVALID', 'expected "espalier ask ID QUESTION", or "espalier ask JOB ID QUESTION"');
}

function askOwn(id: string, question: unknown, options: Options): Promise<number> {
  return withOwnAttempt('ask ID QUESTION', async (attempt) => {
    const asked = await attempt.ask(id, question, { suspends: !options.wait });
    if (asked.answered) return await print(id, asked.answer, options);
    if (options.wait) return await printOnceAnswered(attempt.job, id, options);
    tell(
      `asked: end with exit code ${EXIT_WAITS} or 0, and the job waits for "espalier answer ${attempt.job.id} ${id}"\n`,
    );
    return EXIT_WAITS;
  });
}

function askAbout(text: string, id: string, question: unknown, options: Options): Promise<number> {
  return withJobs(knownStore.parse(options.db), async ({ jobs }, reader) => {
    const job = jobs.get(await jobNamed(reader, text));
    await job.ask(id, question);
    if (options.wait) return await printOnceAnswered(job, id, options);
    const found = (await job.questions()).find((one) => one.id === id);
    if (found !== undefined && 'answer' in found) return await print(id, found.answer, options);
    tell(`asked: "espalier answer ${job.id} ${id}" answers it\n`);
    return EXIT_OK;
  });
}

async function printOnceAnswered(job: Job, id: string, options: Options): Promise<number> {
  const { closed } = Output.of(process.stdout);
  try {
    return await print(id, await job.answerTo(id, { signal: closed }), options);
  } catch (error) {
    if (closed.aborted) return EXIT_FAILED;
    throw error;
  }
}

async function print(question: string, answer: unknown, { json }: Options): Promise<number> {
  await Output.of(process.stdout).line(json ? writeJson({ question, answer }) : shownPlain(answer));
  return EXIT_OK;
}
