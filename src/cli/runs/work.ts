import { compileTemplate, EspalierError, isEspalierError, type System, shellWords, splitWords } from '../../index.js';
import { readJson } from '../../json/read.js';
import { workingFolder } from '../../working-folder.js';
import type { InputLine } from './input.js';
import { type Origin, poolId } from './origin.js';

/** What was said of what is to be done with each line. */
export interface WorkOptions {
  readonly exec?: string | undefined;
  readonly worker?: string | undefined;
  readonly method?: string | undefined;
  readonly shell: boolean;
  readonly input: string;
}

/** What is done with each line of the input. */
export interface Work {
  readonly origin: Origin;
  /** What the workers are called with; left out for programs. */
  readonly method?: string;
  /** The input of each slot. @throws EspalierError `ESP_INVALID` naming the line that does not fit */
  slots(lines: readonly InputLine[]): unknown[];
}

/**
 * Reads what is to be done.
 *
 * @throws EspalierError `ESP_INVALID` unless there is either a command, or a worker with a method
 */
export function workOf(options: WorkOptions): Work {
  const { exec, worker, method, shell } = options;
  const refuse = (what: string) => new EspalierError('ESP_INVALID', what);
  if (exec !== undefined && worker !== undefined)
    throw refuse('--exec and --worker exclude each other: take one of them');
  if (exec !== undefined) {
    if (method !== undefined) throw refuse('--method goes with --worker: a program that is executed has no methods');
    return execWork(exec, options);
  }
  if (worker === undefined) throw refuse('nothing to run: --exec CMD, or --worker CMD with --method NAME');
  if (method === undefined) throw refuse('--worker needs --method NAME, which is called for each line');
  if (shell) throw refuse('--shell goes with --exec; a worker that needs a shell is --worker "sh -c …"');
  const origin = { kind: 'worker', command: splitWords(worker), cwd: workingFolder() } as const;
  return { origin, method, slots: (lines) => lines.map((line) => argument(line, options.input)) };
}

/**
 * Waits until the workers of a run are ready, where it has any: nothing of it runs when they cannot boot.
 *
 * @throws EspalierError `ESP_WORKER_BOOT`
 */
async function untilBooted(system: System, origin: Origin): Promise<void> {
  if (origin.kind === 'worker') await system.pool(poolId(origin)).ready();
}

/**
 * The same, and that they have the method: both are known before anything of it runs.
 *
 * @throws EspalierError `ESP_WORKER_BOOT`, `ESP_INVALID`
 */
export async function untilServed(system: System, { origin, method }: Pick<Work, 'origin' | 'method'>): Promise<void> {
  await untilBooted(system, origin);
  if (method === undefined) return;
  const names = system
    .pool(poolId(origin))
    .methods()
    .map(({ name }) => name);
  if (names.includes(method)) return;
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  throw new EspalierError('ESP_INVALID', `the worker has no method ${method}: ${known}`);
}

function execWork(exec: string, { shell, input }: WorkOptions): Work {
  const command = shell ? shellWords(exec) : splitWords(exec);
  const template = compileTemplate(command);
  const slots = (lines: readonly InputLine[]) =>
    lines.map((line, index) => {
      inLine(line, input, () => template.expand(line.text, index));
      return line.text;
    });
  return { origin: { kind: 'exec', command, cwd: workingFolder() }, slots };
}

function argument(line: InputLine, input: string): unknown {
  return inLine(line, input, () => {
    try {
      return readJson(line.text);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new EspalierError('ESP_INVALID', `is no JSON argument: ${why}`, { cause });
    }
  });
}

/** Every line must fit before any of them is run. */
function inLine<T>({ line }: InputLine, input: string, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (!isEspalierError(cause)) throw cause;
    const name = input === '-' ? 'standard input' : input;
    throw new EspalierError(cause.code, `${name}: line ${line}: ${cause.message}`, { cause, context: cause.context });
  }
}
