import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError, EXIT_WAITS } from '../../../index.js';
import { writeJson } from '../../../json/write.js';
import { givenValue, takingText } from '../../jobs/input.js';
import { withOwnAttempt } from '../../jobs/own.js';
import { Output } from '../../print/output.js';
import { EXIT_OK } from '../../print/report.js';

/** `context`, `checkpoint`, `progress` and `wait`: what a program says about its own job, and is told of it. */
export function addContext(program: Command): void {
  program
    .command('context')
    .description('in a program of a job: print its answers, results, checkpoint, key and deadline, as JSON')
    .action(() =>
      withOwnAttempt('context', async (attempt) => {
        await Output.of(process.stdout).line(writeJson(await attempt.context()));
      }),
    );
  takingText(
    program
      .command('checkpoint <value>')
      .description('in a program of a job: keep a value for the attempts that come after this one'),
  ).action(async (given: string, raw: unknown) => {
    const { text } = z.object({ text: z.boolean().default(false) }).parse(raw);
    const checkpoint = await givenValue(given, text);
    await withOwnAttempt('checkpoint', (attempt) => attempt.note({ checkpoint }));
  });
  addProgress(program);
  addWait(program);
}

function addProgress(program: Command): void {
  const progressSchema = z.object({ note: z.string().optional() });
  program
    .command('progress <done> [total]')
    .description('in a program of a job: say how far it has come')
    .option('--note <text>', 'what it is at')
    .action(async (done: string, total: string | undefined, raw: unknown) => {
      const { note } = progressSchema.parse(raw);
      const progress = {
        done: numberOf(done),
        total: total === undefined ? null : numberOf(total),
        note: note ?? null,
      };
      await withOwnAttempt('progress', (attempt) => attempt.note({ progress }));
    });
}

/** @throws EspalierError `ESP_INVALID` */
function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new EspalierError('ESP_INVALID', `${JSON.stringify(text)} is no number`);
}

function addWait(program: Command): void {
  program
    .command('wait <jobs...>')
    .description('in a program of a job: its job waits for these once it has ended, and holds no place meanwhile')
    .addHelpText(
      'after',
      `\nExit code 0: they have ended, and what they came to is printed, a JSON line each. ${EXIT_WAITS}: not yet; a program that ends` +
        '\nwith that code, or with 0, is started anew once they have.',
    )
    .action(async (jobs: readonly string[]) => {
      process.exitCode = await withOwnAttempt('wait', async (attempt) => {
        if (await attempt.waitFor(jobs)) return EXIT_WAITS;
        const { results } = await attempt.context();
        const output = Output.of(process.stdout);
        for (const result of results) if (jobs.includes(result.jobId)) await output.line(writeJson(result));
        return EXIT_OK;
      });
    });
}
