import { closeSync, fdatasyncSync, fstatSync, lstatSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { StoreTrouble } from '../../machines/events.js';
import { beside } from '../file/beside.js';
import { errorRecord } from '../forms/shared.js';
import { createNote, openNote } from './note-file.js';

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
}) satisfies z.ZodType<StoreTrouble>;

const pathOf = (file: string) => beside(file, 'trouble');

/**
 * A note beside the store of what could not be written to it, for the journal cannot say so itself. It is overwritten in
 * place, which needs no room; with several hosts the last one to be refused has the word.
 */
export class TroubleNote {
  #fd: number | null = null;

  constructor(readonly file: string) {
    this.#fd = openNote(pathOf(file), file, 'write');
    if (this.#fd !== null) return;
    this.#fd = createNote(pathOf(file), file);
    this.clear();
  }

  write(fact: StoreTrouble): void {
    const error = { ...fact.error, message: fact.error.message.slice(0, KEPT) };
    this.#put(JSON.stringify({ ...fact, error }));
  }

  clear(): void {
    this.#put('');
  }

  close(): void {
    if (this.#fd === null) return;
    if (readTrouble(this.file) === null) return this.#drop();
    closeSync(this.#fd);
    this.#fd = null;
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

  /** Without room even for the note there is none: what it would say is on standard error. */
  #drop(): void {
    if (this.#fd === null) return;
    removeIf(pathOf(this.file), this.#fd);
    closeSync(this.#fd);
    this.#fd = null;
  }
}

/** Removes a note, as long as it is the one that is open: another in its place is not ours to remove. */
function removeIf(path: string, fd: number): void {
  try {
    const [open, found] = [fstatSync(fd), lstatSync(path)];
    if (open.ino === found.ino && open.dev === found.dev) unlinkSync(path);
  } catch {
    // One that cannot be removed is empty, or of a host that is named in it: it says nothing wrong.
  }
}

/** What is noted beside a store, if anything. */
export function readTrouble(file: string): StoreTrouble | null {
  const fd = openNote(pathOf(file), file, 'read');
  if (fd === null) return null;
  try {
    const bytes = Buffer.alloc(BYTES);
    const text = bytes.toString('utf8', 0, readSync(fd, bytes, 0, BYTES, 0)).trim();
    return text === '' ? null : note.parse(JSON.parse(text));
  } catch {
    // A note that was cut short by the crash that it tells of says nothing.
    return null;
  } finally {
    closeSync(fd);
  }
}
