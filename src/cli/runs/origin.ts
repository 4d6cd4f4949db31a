import { statSync } from 'node:fs';
import { z } from 'zod';
import { type ChildSpec, compileTemplate, EspalierError, pool, type RunRecord, resolveProgram } from '../../index.js';

const originSchema = z.object({
  kind: z.literal('exec'),
  command: z.tuple([z.string()], z.string()),
  cwd: z.string(),
});

/** What a run of the command line needs to be continued, kept with it. The environment is never stored. */
export type Origin = z.infer<typeof originSchema>;

/** The one pool of the command line's systems. */
export const POOL = 'exec';

/** The pool that executes a run's commands. */
export function poolOf(origin: Origin, size: number): ChildSpec {
  return pool({ id: POOL, mode: 'exec', command: origin.command, cwd: origin.cwd, size });
}

/**
 * What an earlier process stored with the run.
 *
 * @throws EspalierError `ESP_INVALID` when the run was not started from the command line
 */
export function originOf(record: RunRecord): Origin {
  const parsed = originSchema.safeParse(record.origin);
  if (parsed.success) return parsed.data;
  const message = `run ${record.run} was not started by "espalier run"; continue it from the program that started it`;
  throw new EspalierError('ESP_INVALID', message, { context: { run: record.run } });
}

/**
 * Checks that the command can be started from here, as far as that can be known before there is an input.
 *
 * @throws EspalierError `ESP_INVALID` for a folder that is gone, `ESP_SPAWN` for a literal program that is missing
 */
export function checkOrigin(origin: Origin): void {
  if (!statSync(origin.cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EspalierError('ESP_INVALID', `the folder of the run, ${origin.cwd}, does not exist; make it again first`);
  }
  const { program } = compileTemplate(origin.command);
  if (program !== null) resolveProgram(program, process.env.PATH, origin.cwd);
}
