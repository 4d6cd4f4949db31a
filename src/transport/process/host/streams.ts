import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../../../errors.js';
import { reservedFiles, shortageOf } from '../../../machines/process/shortage.js';
import { fifoNames, type Reservation } from '../contract/launcher.js';
import { readText } from '../proc/proc.js';

/** The read ends of one program's output, opened before the program can write. */
export class OutputPair {
  readonly #fds: number[] = [];
  readonly #files: readonly string[];

  /**
   * Opens both; throws when the FIFOs are not there or no more files can be open.
   *
   * @param leavesSome whether some files are kept for others, as long as this is not the only program
   */
  constructor(directory: string, { generation, pair }: Reservation, leavesSome: boolean) {
    this.#files = fifoNames(generation, pair).map((name) => join(directory, name));
    try {
      for (const file of this.#files) this.#fds.push(openSync(file, constants.O_RDONLY | constants.O_NONBLOCK));
      if (leavesSome && this.#fds.some((fd) => fd >= mostFiles())) throw noMoreFiles();
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Starts to read. Only once a writer was there: before, a FIFO reads as ended. */
  start(): readonly [stdout: Socket, stderr: Socket] {
    const [stdout = -1, stderr = -1] = this.#fds;
    return [readEnd(stdout), readEnd(stderr)];
  }

  /** For a program that did not start: who starts it unlinks them otherwise. */
  discard(): void {
    this.#fds.splice(0).forEach(closeSync);
    for (const file of this.#files) rmSync(file, { force: true });
  }
}

let most: number | undefined;

/** The descriptors below which programs get theirs; the system always gives the lowest that is free. */
function mostFiles(): number {
  most ??= readMostFiles();
  return most;
}

function readMostFiles(): number {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits') ?? '')?.[1] ?? Number.NaN);
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit - reservedFiles(limit);
}

function noMoreFiles(): Error {
  return Object.assign(new Error('EMFILE: no more files are left for programs'), { code: 'EMFILE' });
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
  const aside = () => join(tmpdir(), `esp-${randomUUID()}.in`);
  if (bytes.length > LARGE) return writePrivate(aside(), bytes);
  try {
    return await writePrivate(join(directory, `${spawnId}.in`), bytes);
  } catch (error) {
    // Memory is full; the disk may not be.
    if (shortageOf(codeOf(error)) === null) throw error;
    return writePrivate(aside(), bytes);
  }
}

async function writePrivate(file: string, bytes: Uint8Array): Promise<string> {
  try {
    await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
    // What the umask has taken away.
    await chmod(file, 0o600);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return file;
}
