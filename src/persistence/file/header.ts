import { closeSync, openSync, readSync } from 'node:fs';
import { APPLICATION_ID } from '../schema/application-id.js';

/** What the first 100 bytes of a database file say. */
export type Header =
  | { readonly kind: 'empty' }
  | { readonly kind: 'foreign'; readonly what: string }
  | { readonly kind: 'store'; readonly bytesExpected: number };

const MAGIC = 'SQLite format 3\0';

/**
 * Reads the header without SQLite, whose mere opening may roll back the journal of a database that is not ours.
 *
 * Not for a file that this process has open as a store: closing any descriptor of a file takes all the locks that the
 * process has on it, SQLite's included.
 *
 * `bytesExpected` is the size that the header claims, 0 where the header does not vouch for it.
 */
export function readHeader(file: string): Header {
  const bytes = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  let length: number;
  try {
    length = readSync(descriptor, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (length === 0) return { kind: 'empty' };
  if (length < bytes.length || bytes.toString('latin1', 0, 16) !== MAGIC) {
    return { kind: 'foreign', what: 'not a database' };
  }
  if (bytes.readUInt32BE(68) !== APPLICATION_ID) return { kind: 'foreign', what: "another program's database" };
  return { kind: 'store', bytesExpected: sizeInHeader(bytes) };
}

function sizeInHeader(bytes: Buffer): number {
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16);
  // The page count is valid only when the change counter equals the counter at which it was written.
  return bytes.readUInt32BE(24) === bytes.readUInt32BE(92) ? pageSize * bytes.readUInt32BE(28) : 0;
}
