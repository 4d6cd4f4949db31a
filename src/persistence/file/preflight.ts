import { accessSync, constants, lstatSync, type Stats, statfsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { codeOf, EspalierError } from '../../errors.js';
import { OWN_FOLDER } from '../../working-folder.js';
import { BESIDE_BY_SQLITE, beside } from './beside.js';
import { readHeader } from './header.js';
import { networkFileSystem } from './network.js';

/** What opening the store has to create, or null when it exists. */
export interface Missing {
  /** The folder to create as well, if it is ours to create. */
  readonly folder: string | null;
}

const ANY_WRITE = 0o222;
const ANY_READ = 0o444;

/**
 * Looks at the file before SQLite does, so that nothing is created or changed where the store cannot be opened. Permission
 * bits count for root too: a file that nobody may write is meant to stay as it is.
 *
 * @param known whether this process has the file open already, as a store: then its content is not looked at
 * @throws `ESP_STORE_UNUSABLE`, `ESP_STORE_CORRUPT`, and in read mode `ESP_STORE_MISSING`
 */
export function preflight(file: string, mode: 'write' | 'read', known: boolean): Missing | null {
  const found = stat(file);
  if (found === null && mode === 'read') {
    throw new EspalierError(
      'ESP_STORE_MISSING',
      `${file} is not there: check the path, or run something that creates it`,
      {
        context: { file },
      },
    );
  }
  const missing = mode === 'write' ? writableFolder(file, found === null) : null;
  if (mode === 'write') {
    onThisMachine(file, found === null && missing?.folder ? dirname(missing.folder) : dirname(file));
    nothingForeignBeside(file);
  }
  if (found === null) return missing;
  regularFile(file, found);
  permitted(file, found, mode);
  if (!known) ours(file, mode);
  return null;
}

function onThisMachine(file: string, folder: string): void {
  const network = networkFileSystem(statfsSync(folder).type);
  if (network !== null)
    throw unusable(file, `it lies on a network file system (${network}): name a file on a local disk`);
}

function writableFolder(file: string, fileMissing: boolean): Missing {
  const folder = dirname(file);
  const found = stat(folder);
  if (found === null) {
    if (!fileMissing || basename(folder) !== OWN_FOLDER) {
      throw unusable(file, `the folder ${folder} does not exist: create it first`);
    }
    writableFolder(folder, false);
    return { folder };
  }
  if (!found.isDirectory()) throw unusable(file, `${folder} is not a folder: name another path`);
  if ((found.mode & ANY_WRITE) === 0 || !allowed(folder, constants.W_OK | constants.X_OK)) {
    throw unusable(file, `the folder ${folder} is read-only: allow writing, or name another path`);
  }
  return { folder: null };
}

/** SQLite would write where a link leads, or wait for whoever is at the other end of a pipe. */
function nothingForeignBeside(file: string): void {
  for (const path of BESIDE_BY_SQLITE.map((part) => beside(file, part))) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found && !found.isFile()) throw unusable(file, `${path} is not a regular file: remove it`);
  }
}

function regularFile(file: string, found: Stats): void {
  if (found.isDirectory()) throw unusable(file, 'it is a folder: name a file in it');
  if (!found.isFile()) throw unusable(file, 'it is not a regular file: name another path');
}

function permitted(file: string, found: Stats, mode: 'write' | 'read'): void {
  if ((found.mode & ANY_READ) === 0 || !allowed(file, constants.R_OK)) {
    throw unusable(file, 'it cannot be read: check its permissions');
  }
  if (mode === 'read') return;
  if ((found.mode & ANY_WRITE) === 0 || !allowed(file, constants.W_OK)) {
    throw unusable(file, 'it is read-only: allow writing, or name another file');
  }
}

function ours(file: string, mode: 'write' | 'read'): void {
  const header = readHeader(file);
  const logFile = beside(file, 'log');
  const log = stat(logFile)?.size ?? 0;
  switch (header.kind) {
    case 'foreign':
      throw corrupt(file, `it is ${header.what}, and is left as it is: name another file`);
    case 'empty':
      if (mode === 'read') throw corrupt(file, 'it is empty, not a store: name another file');
      // SQLite would throw the log away with everything in it.
      if (log > 0) throw corrupt(file, `it is empty, but ${logFile} is not: the file was cut short, restore a copy`);
      return;
    case 'store':
      if (log === 0 && isCutShort(file, header.bytesExpected)) {
        throw corrupt(file, `it was cut short (${header.bytesExpected} bytes expected): restore a copy`);
      }
      return;
    default:
      header satisfies never;
  }
}

/**
 * A store that another process makes at this moment is short too, and has a journal until it is whole. That may have gone
 * between two looks, so the size has the last word.
 */
function isCutShort(file: string, bytesExpected: number): boolean {
  const isShort = () => (stat(file)?.size ?? 0) < bytesExpected;
  return isShort() && stat(beside(file, 'journal')) === null && isShort();
}

/** What is at a path, or null for nothing. */
function stat(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (cause) {
    switch (codeOf(cause)) {
      case 'ENOENT':
        return null;
      case 'ENOTDIR':
        throw unusable(path, 'a part of its path is not a folder: name another path', cause);
      case 'EACCES':
        throw unusable(path, 'access to its folder was refused: check permissions', cause);
      default:
        throw unusable(path, `it cannot be examined (${String(cause)}): name another path`, cause);
    }
  }
}

function allowed(path: string, access: number): boolean {
  try {
    accessSync(path, access);
    return true;
  } catch {
    // Any refusal (EACCES, EROFS, EPERM) is the answer that was asked for.
    return false;
  }
}

function unusable(file: string, what: string, cause?: unknown): EspalierError {
  return new EspalierError('ESP_STORE_UNUSABLE', `${file} cannot hold the store: ${what}`, {
    cause,
    context: { file },
  });
}

function corrupt(file: string, what: string): EspalierError {
  return new EspalierError('ESP_STORE_CORRUPT', `${file} is no Espalier store: ${what}`, { context: { file } });
}
