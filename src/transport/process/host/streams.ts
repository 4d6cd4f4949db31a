import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fifoNames, type Reservation } from '../launcher/launcher.js';

/** The read ends of one program's output, opened before the program can write. */
export class OutputPair {
  readonly #fds: readonly number[];

  /** Opens both; throws when the FIFOs are not there or no more files can be open. */
  constructor(directory: string, { generation, pair }: Reservation) {
    const fds: number[] = [];
    try {
      for (const name of fifoNames(generation, pair)) {
        fds.push(openSync(join(directory, name), constants.O_RDONLY | constants.O_NONBLOCK));
      }
    } catch (error) {
      fds.forEach(closeSync);
      throw error;
    }
    this.#fds = fds;
  }

  /** Starts to read. Only once a writer was there: before, a FIFO reads as ended. */
  start(): readonly [stdout: Socket, stderr: Socket] {
    const [stdout = -1, stderr = -1] = this.#fds;
    return [readEnd(stdout), readEnd(stderr)];
  }

  /** For a program that did not start. */
  discard(): void {
    this.#fds.forEach(closeSync);
  }
}

/** With the options that `Socket` would add: an object that properties are added to costs memory of its own each time. */
const READ_END = {
  readable: true,
  writable: false,
  allowHalfOpen: false,
  emitClose: false,
  autoDestroy: true,
  decodeStrings: false,
};

function readEnd(fd: number): Socket {
  return new Socket({ fd, ...READ_END });
}

/** The host's folder lies in memory, of which a container may have little; larger inputs go to the temporary folder. */
const LARGE = 1024 * 1024;

/** Writes a program's standard input to a file that whoever forks opens and unlinks. */
export async function writeStdin(directory: string, spawnId: string, bytes: Uint8Array): Promise<string> {
  const [folder, name] = bytes.length > LARGE ? [tmpdir(), `esp-${randomUUID()}`] : [directory, spawnId];
  const file = join(folder, `${name}.in`);
  try {
    await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return file;
}
