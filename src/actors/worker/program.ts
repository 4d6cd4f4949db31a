import { resolve } from 'node:path';
import { EspalierError, isEspalierError } from '../../errors.js';
import type { Template } from '../../machines/command/template.js';
import { folderFault } from '../../transport/process/program/not-started.js';
import { resolveProgram } from '../../transport/process/program/resolve.js';
import { fromWorkingFolder } from '../../working-folder.js';
import type { ExecOverrides } from '../handles/exec-options.js';
import type { ProcessServices } from './process-services.js';
import type { WorkerPlan } from './worker-plan.js';

/** A program, and where it runs. */
export interface ProgramOptions extends ExecOverrides {
  /** The program and its arguments, as they are: only in an exec pool do braces mean something. */
  readonly command: readonly [string, ...string[]];
}

/**
 * The command of a pool or a service: compiled once, filled in for each start. A literal program is looked up once, when
 * the pool is made, so that a missing one is found before anything starts; a templated one is looked up each time.
 */
export class Program {
  readonly #template: Template;
  readonly #cwd: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #program: string | null;
  readonly #isSecret: (name: string) => boolean;

  /** Throws `ESP_SPAWN` for a working folder that is missing, and a literal program that is missing or not executable. */
  constructor(
    template: Template,
    { cwd, env }: ExecOverrides,
    { hostEnv, isSecret }: Pick<ProcessServices, 'hostEnv' | 'isSecret'>,
  ) {
    this.#template = template;
    this.#isSecret = isSecret;
    this.#cwd = fromWorkingFolder(cwd ?? '.');
    const fault = cwd === undefined ? undefined : folderFault(this.#cwd);
    if (fault !== undefined) {
      throw new EspalierError('ESP_SPAWN', `no program can start: ${fault}`, { context: { cwd: this.#cwd } });
    }
    this.#env = merge(hostEnv, env);
    const { program } = this.#template;
    this.#program = program === null ? null : resolveProgram(program, this.#env.PATH, this.#cwd);
  }

  /** Throws `ESP_INVALID` when a field is missing, `ESP_SPAWN` when a templated program is. */
  prepare(
    input: unknown,
    index: number,
    overrides: ExecOverrides = {},
  ): Pick<WorkerPlan, 'command' | 'argv0' | 'shownCommand' | 'cwd' | 'env'> {
    const problem = folderProblem(overrides.cwd) ?? (overrides.env && environmentProblem(overrides.env));
    if (problem) throw new EspalierError('ESP_INVALID', problem);
    const cwd = overrides.cwd === undefined ? this.#cwd : resolve(this.#cwd, overrides.cwd);
    const env = overrides.env === undefined ? this.#env : merge(this.#env, overrides.env);
    const [word, ...args] = this.#template.expand(input, index);
    const program = this.#program ?? resolveProgram(word, env.PATH, cwd);
    const isAtHome = this.#program === null || (cwd === this.#cwd && env === this.#env);
    const isCalledSo = isAtHome ? canFindItself(word, env) : leadsTo(program, word, env, cwd);
    return {
      command: [program, ...args],
      argv0: isCalledSo ? word : program,
      shownCommand: [program, ...this.#shownArgs(args, input, index)],
      cwd,
      env,
    };
  }

  #shownArgs(args: readonly string[], input: unknown, index: number): readonly string[] {
    const isHidden = (path: string) => path.split('.').some((name) => this.#isSecret(name));
    // Asked each time: what is secret may be said while the pool runs.
    const hidden = new Set(this.#template.fields.filter(isHidden));
    return hidden.size === 0 ? args : this.#template.expand(input, index, hidden).slice(1);
  }
}

type Env = Readonly<Record<string, string>>;

/** Programs are called by the word that was given, as a shell does; but some find their files by that, on their own PATH. */
function canFindItself(word: string, env: Env): boolean {
  return word.includes('/') || env.PATH !== undefined;
}

/** Whether that word leads to the program from here too: it was looked up where the pool is at home. */
function leadsTo(program: string, word: string, env: Env, cwd: string): boolean {
  if (!canFindItself(word, env)) return false;
  try {
    return resolveProgram(word, env.PATH, cwd) === program;
  } catch (error) {
    if (!isEspalierError(error)) throw error;
    return false;
  }
}

/** What keeps this from being a folder's name, if anything does. */
export function folderProblem(cwd: unknown): string | undefined {
  if (cwd === undefined || (typeof cwd === 'string' && cwd !== '' && !cwd.includes('\0'))) return undefined;
  return `cwd is ${JSON.stringify(cwd)}; it must name a folder`;
}

/** What keeps these variables from being an environment, if anything does. */
export function environmentProblem(env: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || /[=\0]/.test(name))
      return `env has the name ${JSON.stringify(name)}, which no variable can have`;
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.includes('\0')) return `env.${name} must be text without NUL`;
  }
  return undefined;
}

function merge(
  base: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  // No assignments: a variable may be called `__proto__`.
  const merged = Object.entries({ ...base, ...changes });
  return Object.fromEntries(merged.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
