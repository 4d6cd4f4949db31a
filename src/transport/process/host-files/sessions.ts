import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../../errors.js';
import { shortageOf } from '../../../machines/process/shortage.js';
import type { HeldSession } from '../contract/launcher.js';

/** Bytes per line: three numbers, padded. */
const LINE = 48;
/** Lines for which there is room from the beginning, whatever else fills the folder later. */
const ROOM = 2_048;
/** Ended sessions that are kept before their lines are used again. */
const KEPT = 64;

/** The name of a generation's session file, inside the host's folder. */
function sessionFileName(generation: number): string {
  return `${generation}.sessions`;
}

/**
 * Which sessions are this forker's, in a file for its guardian: one line per spawn, `PID START_TICKS END_TICKS`, where
 * an end of 0 means that it is still held. From it the guardian can prove processes ours that lost their cookie and left
 * their group, but not their session. A line costs one small write; the file stays as long as the most spawns at a time.
 */
export class SessionFile {
  readonly #fd: number;
  readonly #free: number[] = [];
  #lines = 0;

  constructor(directory: string, generation: number) {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    this.#fd = openSync(join(directory, sessionFileName(generation)), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    writeSync(this.#fd, `${''.padEnd(LINE - 1)}\n`.repeat(ROOM));
  }

  /** Notes a session that begins; the answer names its line. */
  begin(pid: number, startTicks: number): number {
    const line = this.#free.length > KEPT ? (this.#free.shift() ?? this.#lines++) : this.#lines++;
    this.#write(line, `${pid} ${startTicks} 0`);
    return line;
  }

  /** Notes until when it was certainly ours. */
  end(line: number, pid: number, startTicks: number, pinnedUntil: number): void {
    this.#write(line, `${pid} ${startTicks} ${pinnedUntil}`);
    this.#free.push(line);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(line: number, text: string): void {
    try {
      writeSync(this.#fd, `${text.padEnd(LINE - 1)}\n`, line * LINE);
    } catch (error) {
      // Beyond its room, in a folder that is full: the guardian has the cookie alone.
      if (shortageOf(codeOf(error)) === null) throw error;
    }
  }
}

/**
 * The sessions of a dead forker, by its file in the host's folder; none without the file.
 *
 * @param orphanedAt the tick until which it certainly lived
 */
export function readSessions(directory: string, generation: number, orphanedAt: number): readonly HeldSession[] {
  const file = join(directory, sessionFileName(generation));
  return existsSync(file) ? parseSessions(readFileSync(file, 'latin1'), orphanedAt) : [];
}

/** Reads a session file whose forker held its sessions until `orphanedAt`. */
export function parseSessions(text: string, orphanedAt: number): readonly HeldSession[] {
  return text.split('\n').flatMap((line) => {
    const [pid, startTicks, end] = line.trim().split(' ').map(Number);
    if (pid === undefined || startTicks === undefined || end === undefined || !(pid > 0)) return [];
    return { pid, startTicks, pinnedUntil: end === 0 ? orphanedAt : end };
  });
}
