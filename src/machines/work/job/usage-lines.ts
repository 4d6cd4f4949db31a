import type { Amounts, UsageSource } from './policy.js';

/** Characters of a line that are read, at most. */
export const MOST_LINE = 1024 * 1024;

/**
 * Reads what a program has used from the JSON lines that it prints, as they come. It keeps one line at most: a longer one than
 * `MOST_LINE` is skipped, and counted.
 */
export class UsageLines {
  readonly #decoder = new TextDecoder();
  #parts: string[] = [];
  #length = 0;
  /** The last line that was not empty. */
  #last = '';
  #amounts: Record<string, number> = {};
  #skipped = 0;
  #fault: string | null = null;

  constructor(readonly source: UsageSource) {}

  /** What was used so far, in all. */
  get amounts(): Amounts {
    return { ...this.#amounts };
  }

  /** Lines that were too long to be read. */
  get skipped(): number {
    return this.#skipped;
  }

  /** What was told that is no amount; null while there is none. */
  get fault(): string | null {
    return this.#fault;
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  /** The program has ended: what came last is a line too. */
  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#length > 0) this.#endLine();
    if (this.source.from === 'last-line') this.#read(this.#last);
  }

  #take(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#keep(text.slice(from, at));
      this.#endLine();
      from = at + 1;
    }
    this.#keep(text.slice(from));
  }

  #keep(text: string): void {
    this.#length += text.length;
    if (this.#length <= MOST_LINE) this.#parts.push(text);
    else this.#parts = [];
  }

  #endLine(): void {
    const line = this.#parts.join('').trim();
    const isTooLong = this.#length > MOST_LINE;
    this.#parts = [];
    this.#length = 0;
    if (isTooLong) this.#skipped += 1;
    else if (line === '') return;
    if (this.source.from === 'last-line') this.#last = isTooLong ? '' : line;
    else this.#read(line);
  }

  #read(line: string): void {
    const value = parsed(line);
    if (value === undefined) return;
    for (const [unit, pointer] of Object.entries(this.source.units)) {
      const found = at(value, pointer);
      if (found === undefined) continue;
      if (typeof found !== 'number' || !Number.isFinite(found) || found < 0) {
        this.#fault ??= `${unit} at ${pointer} is ${JSON.stringify(found).slice(0, 100)}: no finite number from 0 on`;
        continue;
      }
      const before = this.#amounts[unit] ?? 0;
      this.#amounts[unit] = this.source.as === 'sum' ? before + found : Math.max(before, found);
    }
  }
}

/** Undefined for what is no JSON: a program prints other lines too. */
function parsed(line: string): unknown {
  if (!line.startsWith('{') && !line.startsWith('[')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What a JSON pointer (RFC 6901) points to; undefined when there is nothing. */
function at(value: unknown, pointer: string): unknown {
  let found = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = Object.entries(found).find(([key]) => key === name)?.[1];
  }
  return found;
}
