import { MASK } from './mask.js';
import { KeyLine, LINE_PATTERNS } from './private-key-line.js';

/**
 * Ends of lines, also as they are written within JSON, and within that once more, or between the texts of a list. So many
 * backslashes and no more: whatever a program writes, to look through it takes no longer than it is long.
 */
const BREAK = /((?:\r?\n|\\{1,8}r\\{1,8}n|\\{1,8}n|",\s{0,8}")+)/;

/** A whole key, whatever stands before its lines. A longer one is followed line by line. */
const WHOLE =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----BEGIN )[\s\S]){0,10000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** What every wide line has, whatever stands before it: the `n` of a written line end is a letter too. */
const MAY_BE_WIDE = /[A-Za-z0-9+/]{64}/;

/** All that look through a text, so that a test can show that none takes longer than it is long. */
export const PATTERNS: readonly RegExp[] = [BREAK, WHOLE, MAY_BE_WIDE, ...LINE_PATTERNS];

/** Shorter texts have neither a first or last line of a key nor a whole line of its body. */
const SHORTEST = '-----END PRIVATE KEY-----'.length;

/**
 * Text with its private keys masked, also where it has only a part of one: a log's tail may begin within a key, a chunk may
 * end in one, and what lay between may be lost. Where a key has lost its first and its last line it is known by its width,
 * and its lines that are not as wide by those beside them.
 */
export function maskKeys(text: string): string {
  if (text.length < SHORTEST) return text;
  const masked = text.replace(WHOLE, MASK);
  if (!masked.includes('PRIVATE KEY') && !MAY_BE_WIDE.test(masked)) return masked;
  const pieces = masked.split(BREAK);
  const lines = pieces.filter((_, at) => at % 2 === 0).map((line, at) => new KeyLine(line, at === 0));
  forward(lines);
  backward(lines);
  return pieces
    .map((piece, at) => (at % 2 === 0 ? shown(lines, at / 2) : between(lines, (at - 1) / 2, piece)))
    .join('');
}

/** What the lines of a key begin with, and whether it is certain that there is one. */
interface Key {
  readonly stems: readonly string[];
  readonly isSure: boolean;
}

function wideKey(line: KeyLine, before: Key | null): Key {
  // One wide word within other text may be anything; a line of its own, or a second one, is a key.
  return { stems: line.stems, isSure: line.stems.includes('') || (before !== null && line.fits(before.stems)) };
}

/** From each beginning, and from each wide line, to where the key ends. */
function forward(lines: readonly KeyLine[]): void {
  let key: Key | null = null;
  let isHead = false;
  for (const line of lines) {
    if (line.isEdge) {
      key = line.opens ? { stems: line.stems, isSure: true } : null;
      isHead = line.opens;
    } else if (line.isWide) {
      key = wideKey(line, key);
      isHead = false;
    } else if (key !== null && !(isHead && line.isHeader(key.stems))) {
      if (line.maskWord(key.stems)) continue;
      if (key.isSure) line.maskFirst();
      key = null;
    }
  }
}

/** From each end, and from each wide line, back to where the key begins. */
function backward(lines: readonly KeyLine[]): void {
  let key: Key | null = null;
  for (const line of lines.toReversed()) {
    if (line.isEdge) key = line.closes ? { stems: line.stems, isSure: true } : null;
    else if (line.isWide) key = wideKey(line, key);
    else if (key !== null) {
      if (line.maskWord(key.stems)) continue;
      if (key.isSure) line.maskLast();
      key = null;
    }
  }
}

/** Lines of which nothing is left are shown as one. */
function shown(lines: readonly KeyLine[], at: number): string {
  const text = lines[at]?.shown ?? '';
  return text === MASK && lines[at - 1]?.shown === MASK ? '' : text;
}

function between(lines: readonly KeyLine[], at: number, piece: string): string {
  return lines[at]?.shown === MASK && lines[at + 1]?.shown === MASK ? '' : piece;
}
