import { EspalierError } from '../errors.js';
import { environmentProblem, folderProblem, type ProgramOptions } from './program.js';

/** What keeps one option from being used, naming it; undefined when nothing does. */
export type Problem = string | undefined;

/** @throws EspalierError `ESP_INVALID` with the first problem, if there is one */
export function refuse(whose: string, problems: readonly Problem[]): void {
  const problem = problems.find((found) => found !== undefined);
  if (problem !== undefined) throw new EspalierError('ESP_INVALID', `${whose}: ${problem}`);
}

/** What keeps a program from being one that can be looked for. */
export function programProblems({ command, cwd, env }: ProgramOptions): readonly Problem[] {
  return [
    isCommand(command) ? undefined : 'command must be a list of words, the program first',
    folderProblem(cwd),
    env && environmentProblem(env),
  ];
}

/** For a number that must be whole and within limits; undefined stands for its default. */
export function whole(name: string, value: unknown, least: number, most: number): Problem {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return undefined;
  return `${name} is ${shown(value)}; a whole number from ${least} to ${most}`;
}

/** For one of several words; undefined stands for its default. */
export function oneOf(name: string, value: unknown, known: readonly string[]): Problem {
  if (value === undefined || (typeof value === 'string' && known.includes(value))) return undefined;
  return `${name} is ${shown(value)}; one of ${known.join(', ')}`;
}

function isCommand(command: unknown): boolean {
  return Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string');
}

/** JSON knows neither NaN nor infinities. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}
