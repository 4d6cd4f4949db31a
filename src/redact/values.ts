import { groupBy } from '../machines/explain/findings/words.js';
import { MASK } from './mask.js';
import { longestFirst } from './secret-names.js';

/** A shorter piece of a secret says little of it, and would mask words that have nothing to do with it. */
const PIECE = 6;
/** A piece that might be a word is one if it is shorter than this and than half of its secret. */
const WORD = 12;
/** Characters of a piece that are compared. */
const LONGEST = 4096;

/** What may stand where a text was cut: its own end, the sign for what is left out, or the quotes around the text. */
const EDGE = /["'`…\\]/;

/** The ways in which a value is written down, the longest first. */
export function writtenForms(values: readonly string[]): string[] {
  const forms = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encoded(value)]);
  return longestFirst([...new Set(forms)]);
}

function encoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // Half of a character cannot be written so.
    return value;
  }
}

/** Text without these values, also where a text was cut in the middle of one. */
export function maskValues(text: string, values: readonly string[]): string {
  let masked = text;
  for (const value of values) if (masked.includes(value)) masked = masked.replaceAll(value, MASK);
  for (const [first, alike] of by(values, (value) => value.slice(0, PIECE)))
    masked = maskBeginnings(masked, first, alike);
  for (const [last, alike] of by(values, (value) => value.slice(-PIECE))) masked = maskEnds(masked, last, alike);
  return masked;
}

/** One value is written in several ways, which begin alike: the piece is the longest that fits one of them. */
function by(values: readonly string[], key: (value: string) => string): Map<string, string[]> {
  const long = values.filter((value) => value.length > PIECE);
  return groupBy(long, key);
}

/** A text that ends within a value has its beginning. */
function maskBeginnings(text: string, first: string, values: readonly string[]): string {
  return maskPieces(text, first, values, (from, of) => {
    let found: Piece | null = null;
    for (let to = from + PIECE; to - from < LONGEST; to += 1) {
      // The value may have a quote of its own.
      if (isEdge(text[to])) found = { from, to, of };
      if (to >= text.length || text[to] !== of[to - from]) break;
    }
    return found;
  });
}

/** A text that begins within a value has its end. */
function maskEnds(text: string, last: string, values: readonly string[]): string {
  return maskPieces(text, last, values, (at, of) => {
    const to = at + PIECE;
    let found: Piece | null = null;
    for (let from = at; to - from < LONGEST; from -= 1) {
      if (isEdge(text[from - 1])) found = { from, to, of };
      if (from === 0 || text[from - 1] !== of[of.length - (to - from) - 1]) break;
    }
    return found;
  });
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly of: string;
}

function maskPieces(
  text: string,
  known: string,
  values: readonly string[],
  pieceAt: (at: number, of: string) => Piece | null,
): string {
  const parts: string[] = [];
  let done = 0;
  for (let at = text.indexOf(known); at !== -1; at = text.indexOf(known, at + 1)) {
    const pieces = values.flatMap((value) => pieceAt(at, value) ?? []).filter((piece) => tells(piece, text));
    const [longest] = pieces.sort((a, b) => b.to - b.from - (a.to - a.from));
    if (!longest || longest.from < done) continue;
    parts.push(text.slice(done, longest.from), MASK);
    done = longest.to;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}

function isEdge(character: string | undefined): boolean {
  return character === undefined || EDGE.test(character);
}

function tells({ from, to, of }: Piece, text: string): boolean {
  const length = to - from;
  return length * 2 >= of.length || length >= WORD || !/^[A-Za-z]+$/.test(text.slice(from, to));
}
