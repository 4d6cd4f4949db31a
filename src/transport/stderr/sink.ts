import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { codeOf } from '../../errors.js';

/** What became of bytes: how many were taken (0: none now), or `gone` when nobody will ever read them. */
export type Sunk = number | 'gone';

/** Takes bytes at once or not at all: it never waits. */
export type Sink = (bytes: Uint8Array) => Sunk;

const STDERR = 2;
const NEVER_WAITS = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Standard error of this process, such that no write to it waits. Node's own `process.stderr` waits for a terminal that was
 * stopped, and what a stalled pipe does not take it keeps, in memory and as a reason not to end: terminals and pipes are opened
 * once more, in a way that others who share them do not notice. A socket, which nobody can open, does not wait once Node has
 * made its stream of it. A file takes what it is given.
 */
export function openStderr(): Sink {
  try {
    const stat = fstatSync(STDERR);
    if (stat.isFile()) return descriptorSink(STDERR);
    if (stat.isFIFO() || stat.isCharacterDevice()) {
      return descriptorSink(openSync(`/proc/self/fd/${STDERR}`, NEVER_WAITS));
    }
  } catch (error) {
    if (codeOf(error) === 'EBADF') return () => 'gone';
    // It may not be opened again: a terminal of another user, say.
  }
  return process.stderr.destroyed ? () => 'gone' : descriptorSink(STDERR);
}

/** @param write as `fs.writeSync` */
export function descriptorSink(fd: number, write: (fd: number, bytes: Uint8Array) => number = writeSync): Sink {
  return (bytes) => {
    try {
      return write(fd, bytes);
    } catch (error) {
      const code = codeOf(error);
      // A full disk may have room later; the reader of a pipe does not come back.
      return code === 'EAGAIN' || code === 'ENOSPC' || code === 'EINTR' ? 0 : 'gone';
    }
  };
}
