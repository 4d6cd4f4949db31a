import { statSync } from 'node:fs';
import { codeOf, EspalierError } from '../../../errors.js';
import { shortageOf, shortageText } from '../../../machines/process/shortage.js';
import type { LaunchOrder } from '../contract/launcher.js';
import { missingFile, programFault } from './program-file.js';

/** The error for a program that did not start, with the cause people can act on. */
export function notStarted(order: Pick<LaunchOrder, 'command' | 'cwd'>, error: unknown): EspalierError {
  if (error instanceof EspalierError) return error;
  const program = JSON.stringify(order.command[0]);
  const code = codeOf(error);
  const context = { program: order.command[0], cwd: order.cwd, reason: code ?? String(error) };
  const text = `program ${program} did not start: ${explain(code, order) ?? describe(error)}`;
  return new EspalierError('ESP_SPAWN', text, { cause: error, context });
}

function explain(
  code: string | undefined,
  { command: [program], cwd }: Pick<LaunchOrder, 'command' | 'cwd'>,
): string | undefined {
  const shortage = shortageOf(code);
  if (shortage !== null) return shortageText(shortage);
  switch (code) {
    case 'E2BIG':
      return 'its arguments and environment are too long for the operating system';
    case 'ENXIO':
      return 'the host no longer reads its output';
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EACCES':
      return folderFault(cwd) ?? programFault(program) ?? missingProgram(program);
    case 'ENOEXEC':
      return programFault(program) ?? 'the operating system does not know this kind of program';
    default:
      return undefined;
  }
}

/** It was there when it was looked up. */
function missingProgram(program: string): string | undefined {
  const missing = missingFile(program);
  return missing === null ? undefined : `it ${missing}`;
}

/** What is wrong with a working folder; undefined when a program can be started in it, as far as can be seen. */
export function folderFault(cwd: string): string | undefined {
  try {
    if (statSync(cwd).isDirectory()) return undefined;
    return `its working folder ${cwd} is not a folder`;
  } catch (error) {
    return `its working folder ${cwd} cannot be used (${codeOf(error) ?? String(error)})`;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
