import { closeSync, constants, fchmodSync, fstatSync, openSync, statSync } from 'node:fs';
import { codeOf } from '../../errors.js';
import { PRIVATE } from '../file/modes.js';

/**
 * Opens a note that lies beside a store. Null when there is none, and for what is none: a link, a pipe, a folder, a file with
 * a second name, or one that neither this user nor the store's has made. Where anybody may make files, any of them may lie in
 * wait.
 */
export function openNote(path: string, store: string, to: 'read' | 'write'): number | null {
  const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = opened(() => openSync(path, (to === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK));
  if (fd === null || isNote(fd, store)) return fd;
  closeSync(fd);
  return null;
}

/** Makes it, for those who may see the store; null where it cannot be made, or something lies there. */
export function createNote(path: string, store: string): number | null {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = opened(() => openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, PRIVATE));
  const mode = statOf(store)?.mode;
  if (fd !== null && mode !== undefined) fchmodSync(fd, mode & 0o666);
  return fd;
}

/** Nothing that a note meets ends what it goes with: without a note there is the store, and standard error. */
function opened(open: () => number): number | null {
  try {
    return open();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return null;
  }
}

function isNote(fd: number, store: string): boolean {
  const found = fstatSync(fd);
  const isKnown = found.uid === process.getuid?.() || found.uid === statOf(store)?.uid;
  return found.isFile() && found.nlink === 1 && isKnown;
}

function statOf(store: string): { readonly uid: number; readonly mode: number } | undefined {
  try {
    return statSync(store, { throwIfNoEntry: false });
  } catch (error) {
    // A store that cannot be looked at says so itself.
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}
