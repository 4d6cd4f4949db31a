import { statSync } from 'node:fs';
import { z } from 'zod';
import { type ChildSpec, compileTemplate, EspalierError, pool, type RunRecord, resolveProgram } from '../../index.js';

const originSchema = z.object({
  /** What the command is: executed for each line, or a worker that stays and is called for each. */
  kind: z.enum(['exec', 'worker']),
  command: z.tuple([z.string()], z.string()),
  cwd: z.string(),
});

/** What a run of the command line needs to be continued, kept with it. The environment is never stored. */
export type Origin = z.infer<typeof originSchema>;

/** The id of the one pool that runs what an origin says. */
export function poolId({ kind }: Origin): string {
  return kind;
}

/** The pool that executes a run's commands, or whose workers serve its calls. */
export function poolOf(origin: Origin, size: number): ChildSpec {
  const { kind, command, cwd } = origin;
  const common = { id: poolId(origin), command, cwd, size };
  return kind === 'exec' ? pool({ ...common, mode: 'exec' }) : pool(common);
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
export function checkOrigin({ kind, command, cwd }: Origin): void {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EspalierError('ESP_INVALID', `the folder of the run, ${cwd}, does not exist; make it again first`);
  }
  // Braces mean nothing in the command of a worker, which takes no input.
  const program = kind === 'worker' ? command[0] : compileTemplate(command).program;
  if (program !== null) resolveProgram(program, process.env.PATH, cwd);
}
