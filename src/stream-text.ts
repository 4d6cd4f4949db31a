import { isUtf8 } from 'node:buffer';

/**
 * How much is kept of each stream of an execution, in bytes: its end. In memory until somebody takes it, and in the store.
 * Users read the number in docs/semantics.md (5), and at `truncated` of `ExecResult` and of a row.
 */
export const KEPT_OUTPUT_BYTES = 1024 * 1024;

/** Which of two streams are given in base64, because they are not UTF-8; the others are text. */
export interface StreamEncodings {
  readonly stdout?: 'base64';
  readonly stderr?: 'base64';
}

/** What a program wrote, whole: text, or base64 where `encoding` says so. */
export interface StreamTexts {
  readonly stdout: string;
  readonly stderr: string;
  /** Left out when both streams are UTF-8. The bytes of one: `Buffer.from(stdout, encoding?.stdout ?? 'utf8')`. */
  readonly encoding?: StreamEncodings;
}

/** Both streams as text where they are UTF-8, and in base64, marked as that, where text would be another one. */
export function streamTexts(streams: { readonly stdout: Uint8Array; readonly stderr: Uint8Array }): StreamTexts {
  const [isOutText, isErrText] = [isUtf8(streams.stdout), isUtf8(streams.stderr)];
  const texts = {
    stdout: Buffer.from(streams.stdout).toString(isOutText ? 'utf8' : 'base64'),
    stderr: Buffer.from(streams.stderr).toString(isErrText ? 'utf8' : 'base64'),
  };
  if (isOutText && isErrText) return texts;
  const encoding = {
    ...(!isOutText && { stdout: 'base64' as const }),
    ...(!isErrText && { stderr: 'base64' as const }),
  };
  return { ...texts, encoding };
}

/** The bytes of one stream, as the program wrote them. */
export function streamBytes(texts: StreamTexts, stream: 'stdout' | 'stderr'): Buffer {
  return Buffer.from(texts[stream], texts.encoding?.[stream] ?? 'utf8');
}

/** Both streams for people: U+FFFD stands for what is not UTF-8, and `altered` names the streams in which it does. */
export interface ShownTexts {
  readonly stdout: string;
  readonly stderr: string;
  readonly altered?: readonly ('stdout' | 'stderr')[];
}

/** @param texts of a program that may still be writing: half a character at an end is no damage, it is left out */
export function shownTexts(texts: StreamTexts): ShownTexts {
  return shownBytes({ stdout: streamBytes(texts, 'stdout'), stderr: streamBytes(texts, 'stderr') });
}

/** As `shownTexts`, of bytes. */
export function shownBytes(streams: { readonly stdout: Uint8Array; readonly stderr: Uint8Array }): ShownTexts {
  const [stdout, stderr] = [toWholeCharacter(streams.stdout), toWholeCharacter(streams.stderr)];
  const altered = [...(isUtf8(stdout) ? [] : (['stdout'] as const)), ...(isUtf8(stderr) ? [] : (['stderr'] as const))];
  const shown = { stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString() };
  return altered.length === 0 ? shown : { ...shown, altered };
}

/** Bytes of UTF-8 up to their last whole character: a view of them. */
export function toWholeCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return lengthOf(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** Bytes of the character that begins with this one. */
function lengthOf(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Whether a text holds half of a surrogate pair: that is no character, and a program would be given another one in its place. */
export function hasHalf(text: string): boolean {
  return HALF.test(text);
}
/** `4.1 MiB`, `300 KiB`, `12 bytes`. */
export function byteText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
