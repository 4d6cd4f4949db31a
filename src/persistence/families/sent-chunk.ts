import { fromWholeCharacter } from '../../machines/text/text-cut.js';
import type { OutputChunk } from '../contract/attempts.js';

/**
 * A chunk of output as it travels to the writer thread: of more than `most` bytes of a stream only the end, from a whole
 * character on. A view would be copied with its whole buffer behind it, which for a few bytes may be 64 KiB.
 */
export function sentChunk({ stdout, stderr, dropped }: OutputChunk, most: number): OutputChunk {
  return {
    stdout: ownEnd(stdout, most),
    stderr: ownEnd(stderr, most),
    dropped: dropped || stdout.byteLength > most || stderr.byteLength > most,
  };
}

/** How many bytes a chunk carries. */
export function sizeOf({ stdout, stderr }: OutputChunk): number {
  return stdout.byteLength + stderr.byteLength;
}

function ownEnd(bytes: Uint8Array, most: number): Uint8Array {
  const excess = bytes.byteLength - most;
  const kept = excess > 0 ? fromWholeCharacter(bytes.subarray(excess)) : bytes;
  return kept.byteLength === kept.buffer.byteLength ? kept : Uint8Array.from(kept);
}
