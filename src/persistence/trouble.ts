import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from '../errors.js';
import type { TroubleFact } from '../machines/explain/facts.js';
import { errorRecord } from './rows/common.js';

/** The note's size. It is written in full when it is made, so that a full disk has room for it. */
const BYTES = 4096;
/** Characters of an error's message that are noted. */
const KEPT = 1000;

const note = z.object({
  host: z.string(),
  error: errorRecord,
  writes: z.number(),
  from: z.number(),
  to: z.number(),
}) satisfies z.ZodType<TroubleFact>;

const pathOf = (file: string) => `${file}-trouble`;

/**
 * A note beside the store of what could not be written to it, for the journal cannot say so itself. It is overwritten in
 * place, which needs no room; with several hosts the last one to be refused has the word.
 */
export class TroubleNote {
  #fd: number | null = null;

  constructor(readonly file: string) {
    try {
      this.#fd = openSync(pathOf(file), 'r+');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return;
      this.#create();
    }
  }

  write(fact: TroubleFact): void {
    const error = { ...fact.error, message: fact.error.message.slice(0, KEPT) };
    this.#put(JSON.stringify({ ...fact, error }));
  }

  clear(): void {
    this.#put('');
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    if (readTrouble(this.file) === null) rmSync(pathOf(this.file), { force: true });
  }

  /** Without room even for the note there is none: what it would say is on standard error. */
  #create(): void {
    try {
      this.#fd = openSync(pathOf(this.file), 'wx+', 0o600);
      this.clear();
    } catch {
      this.#drop();
    }
  }

  #put(text: string): void {
    if (this.#fd === null) return;
    try {
      writeSync(this.#fd, Buffer.from(text.padEnd(BYTES)).subarray(0, BYTES), 0, BYTES, 0);
      fdatasyncSync(this.#fd);
    } catch {
      this.#drop();
    }
  }

  #drop(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    rmSync(pathOf(this.file), { force: true });
  }
}

/** What is noted beside a store, if anything. */
export function readTrouble(file: string): TroubleFact | null {
  try {
    const text = readFileSync(pathOf(file), 'utf8').trim();
    return text === '' ? null : note.parse(JSON.parse(text));
  } catch {
    // A note that is missing, or was cut short by the crash that it tells of, says nothing.
    return null;
  }
}
