import type { Duplex } from 'node:stream';
import { codeOf } from '../../../errors.js';

/**
 * Lets a connection be read to its end although nothing can be written to it any more. A stream is destroyed by the first
 * write that fails, and with it what its other side wrote before it died: the very words that say which calls had begun.
 * What cannot be written is dropped instead; the end is read in its turn.
 */
export function keepLastWords(connection: Duplex): void {
  const write = connection._write.bind(connection);
  connection._write = (chunk, encoding, written) => write(chunk, encoding, (error) => written(unlessGone(error)));
  const writeMany = connection._writev?.bind(connection);
  if (writeMany) connection._writev = (chunks, written) => writeMany(chunks, (error) => written(unlessGone(error)));
}

function unlessGone(error: Error | null | undefined): Error | null {
  const code = codeOf(error);
  return code === 'EPIPE' || code === 'ECONNRESET' ? null : (error ?? null);
}
