import { kind, type Rule, type Rules, required } from '../../options.js';
import { environmentProblem, folderProblem, type ProgramOptions } from './program.js';

const env: Rule = (value) => {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'env must be an object of names and texts';
  return environmentProblem({ ...value });
};

/** Where a program runs. */
export const overrideRules = { cwd: (value: unknown) => folderProblem(value), env };

export const programRules: Rules<ProgramOptions> = {
  ...overrideRules,
  command: required(kind('a list of words without NUL characters, the program first', isCommand)),
};

function isCommand(command: unknown): boolean {
  if (!Array.isArray(command) || !command[0]) return false;
  return command.every((word) => typeof word === 'string' && !word.includes('\0'));
}
