import { join } from 'node:path';
import { EspalierError } from '../../../errors.js';
import { COOKIE_VARIABLE } from '../../../machines/process/process.js';
import { fifoNames, type LaunchOrder, PORT_SOCKET } from '../contract/launcher.js';
import type { Program, ProgramStarter } from '../launcher/program.js';
import { notStarted } from '../program/not-started.js';
import type { ZygoteOrder } from './orders.js';
import { StartFailure, Zygote } from './zygote.js';

/** Starts programs as children of the zygote. */
export class ZygoteStarter implements ProgramStarter {
  readonly #zygote: Zygote;

  constructor(
    path: string,
    private readonly place: { readonly directory: string; readonly generation: number; readonly lock: string | null },
    onGone: (error: EspalierError) => void,
  ) {
    this.#zygote = new Zygote(path, place.lock, onGone);
  }

  async start(order: LaunchOrder): Promise<Program> {
    try {
      return await this.#zygote.start(this.#order(order));
    } catch (error) {
      throw error instanceof StartFailure && error.stage === 'room' ? tooDeep() : notStarted(order, error);
    }
  }

  answers(): Promise<void> {
    return this.#zygote.answers();
  }

  wake(): void {
    this.#zygote.wake();
  }

  close(): Promise<void> {
    return this.#zygote.close();
  }

  #order({ cwd, stdin, pair, port, label, cookie, command, argv0, env }: LaunchOrder): ZygoteOrder {
    const { directory, generation } = this.place;
    const [stdout, stderr] = fifoNames(generation, pair).map((name) => join(directory, name));
    const order: ZygoteOrder = {
      cwd,
      stdin: stdin ?? '',
      stdout: stdout ?? '',
      stderr: stderr ?? '',
      socket: port === null ? '' : join(directory, PORT_SOCKET),
      token: port ?? '',
      label,
      cookie,
      command,
      argv0,
      env: { ...env, [COOKIE_VARIABLE]: cookie },
    };
    refuseZeroBytes(order);
    return order;
  }
}

/** Words are ended by zero bytes, on the way and in the system alike. */
function refuseZeroBytes({ cwd, label, command, argv0 = '', env }: ZygoteOrder): void {
  for (const word of [cwd, label, ...command, argv0, ...Object.keys(env), ...Object.values(env)]) {
    if (word.includes('\0'))
      throw new TypeError(`${JSON.stringify(word)} has null bytes, which no program can be given`);
  }
}

function tooDeep(): EspalierError {
  return new EspalierError('ESP_SPAWN', `hosts are nested too deep: ${COOKIE_VARIABLE} has grown too long`);
}
