import { closeSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../../../errors.js';

/** Something could not be looked at now: no more files can be open, say. That proves nothing, least of all that it is gone. */
export class CannotLook extends Error {
  override readonly name = 'CannotLook';

  /** @param isHidden whether it is kept from this user, now and later */
  constructor(
    path: string,
    cause: unknown,
    readonly isHidden = false,
  ) {
    super(`${path} cannot be looked at now: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** What could not be looked at. */
export const UNSEEN = Symbol('unseen');

/** What a look finds, or `UNSEEN` instead of a `CannotLook`: for those who must not throw, such as timers. */
export function look<T>(read: () => T): T | typeof UNSEEN {
  try {
    return read();
  } catch (error) {
    if (error instanceof CannotLook) return UNSEEN;
    throw error;
  }
}

/**
 * A descriptor that is kept so that one more file can be opened when no more can: where the host's work has taken them all,
 * its processes must still be looked at.
 */
let spare: number | null = null;

/** Opens and reads with the spare descriptor, if there is no other. All of it happens in one go, so that it comes back. */
export function withSpare<T>(read: () => T): T {
  spare ??= keep();
  try {
    return read();
  } catch (error) {
    if (codeOf(error) !== 'EMFILE' || spare === null) throw error;
    closeSync(spare);
    try {
      return read();
    } finally {
      spare = keep();
    }
  }
}

function keep(): number | null {
  try {
    return openSync('/dev/null', 'r');
  } catch {
    // The next reader tries again.
    return null;
  }
}

let buffer = Buffer.allocUnsafe(64 * 1024);

/** The bytes of a small file; valid until the next call. Throws what the system says. */
export function readBytes(path: string): Buffer {
  return withSpare(() => readOpened(path));
}

function readOpened(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      length += readSync(fd, buffer, length, buffer.length - length, null);
      // The kernel fills what it is given, so a read that leaves room was the last.
      if (length < buffer.length) return buffer.subarray(0, length);
      buffer = Buffer.concat([buffer], buffer.length * 2);
    }
  } finally {
    closeSync(fd);
  }
}
