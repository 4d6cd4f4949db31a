import { MASK } from './mask.js';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;

/** What may stand between the first line of a key and its body, beside empty lines. */
const HEADER = /\b(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): /;

/** A word as wide as the lines of keys are: 64 characters, 70 (OpenSSH) or 76. */
const WIDE = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{64}(?:[A-Za-z0-9+/]{6}){0,2}(?![A-Za-z0-9+/=])/g;

/** Words of a key that stand in one line with its end. */
const LONG = /[A-Za-z0-9+/=]{16,}/g;

const FIRST = /^([\s"']{0,8})[A-Za-z0-9+/=]+/;
const LETTER = /[A-Za-z0-9+/=]/;
const AFTER = /[\s"',]/;

export const LINE_PATTERNS: readonly RegExp[] = [BEGIN, END, HEADER, WIDE, LONG, FIRST];

/** One line of a text that may have a part of a private key. */
export class KeyLine {
  /** Whether a key begins in it that does not end in it, or ends in it that did not begin in it. */
  readonly opens: boolean;
  readonly closes: boolean;
  /**
   * What the other lines of its key begin with, as far as can be told from it: what stands before its last word, and of a
   * first or last line all that stands before that too. Without what differs from line to line.
   */
  readonly stems: readonly string[];
  readonly isWide: boolean;
  readonly #text: string;
  readonly #isFirst: boolean;
  /** Where its last word is. */
  readonly #word: { readonly from: number; readonly to: number };
  shown: string;

  constructor(text: string, isFirst: boolean) {
    this.#text = text;
    this.#isFirst = isFirst;
    const [begin, end] = [text.search(BEGIN), text.search(END)];
    this.opens = begin !== -1;
    this.closes = end !== -1 && (begin === -1 || end < begin);
    const own = this.isEdge ? text.slice(0, this.closes ? end : begin) : text;
    this.#word = lastWord(own);
    const stem = stemOf(own.slice(0, this.#word.from));
    this.stems = this.isEdge ? [stemOf(own), stem, ''] : [stem];
    this.shown = this.isEdge ? maskEdge(text, own, this) : text.replace(WIDE, (word) => (isMixed(word) ? MASK : word));
    this.isWide = !this.isEdge && this.shown !== text;
  }

  /** Whether a key begins or ends here. */
  get isEdge(): boolean {
    return this.opens || this.closes;
  }

  get #isEmpty(): boolean {
    return this.#word.from === this.#word.to;
  }

  isHeader(stems: readonly string[]): boolean {
    return HEADER.test(this.#text) || (this.#isEmpty && this.fits(stems));
  }

  /** Whether it may be a line of the key whose lines begin so. */
  fits(stems: readonly string[]): boolean {
    // What the first line begins with may be cut too.
    return this.stems.some((own) => stems.some((stem) => own === stem || (this.#isFirst && stem.endsWith(own))));
  }

  /** Masks its one word, if it is a line of the key whose lines begin so. */
  maskWord(stems: readonly string[]): boolean {
    if (this.#isEmpty || !this.fits(stems)) return false;
    const before = this.#text.slice(0, this.#word.from);
    this.shown = stemOf(before) === '' ? MASK : `${before}${MASK}`;
    return true;
  }

  /** A key that was cut in its middle may have been joined to this line: what it begins with may be the key's. */
  maskFirst(): void {
    this.shown = this.shown.replace(FIRST, `$1${MASK}`);
  }

  /** The same for what it ends with. */
  maskLast(): void {
    const { from, to } = lastWord(this.shown);
    if (from !== to) this.shown = `${this.shown.slice(0, from)}${MASK}${this.shown.slice(to)}`;
  }
}

/** From a key's beginning on nothing is shown; before its end its words are not. */
function maskEdge(text: string, own: string, { opens, closes }: Pick<KeyLine, 'opens' | 'closes'>): string {
  if (!closes) return `${own}${MASK}`;
  const words = own.slice(0, lastWord(own).from).replace(LONG, MASK);
  return opens ? `${words}${MASK}` : `${words}${MASK}${text.slice(text.indexOf('-----', own.length + 9) + 5)}`;
}

/** Where the last word is: nowhere (from equal to), if the text ends with something else. */
function lastWord(text: string): { readonly from: number; readonly to: number } {
  let to = text.length;
  while (to > 0 && AFTER.test(text.charAt(to - 1))) to -= 1;
  let from = to;
  while (from > 0 && LETTER.test(text.charAt(from - 1))) from -= 1;
  return { from, to };
}

/** Times and numbers differ from line to line. */
function stemOf(text: string): string {
  return text
    .replace(/\d/g, '0')
    .replace(/[\s"']+/g, ' ')
    .trim();
}

/** Written by chance in an alphabet of 64: numbers, names and paths have less of a mixture. */
function isMixed(word: string): boolean {
  return /[a-z]/.test(word) && /[A-Z]/.test(word) && /[0-9+/]/.test(word);
}
