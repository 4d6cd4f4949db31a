import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { readJson } from '../../json/read.js';
import { writeJson } from '../../json/write.js';

/** Adds the option of a command that takes a value: JSON, or a text; - is standard input. */
export function takingText(command: Command): Command {
  return command.option('--text', 'take it as text, also if it is JSON');
}

/** The value that was given: JSON, or a text where it is none. */
export async function givenValue(given: string, isText: boolean): Promise<unknown> {
  // The line break that ends a text from standard input is not part of it.
  const text = (given === '-' ? await textOf(process.stdin) : given).replace(/\r?\n$/, '');
  if (isText) return text;
  try {
    return readJson(text);
  } catch {
    // Whatever is no JSON is a text.
    return text;
  }
}

/** A value for a script: a text as it is, anything else as JSON. */
export function shownPlain(value: unknown): string {
  return typeof value === 'string' ? value : writeJson(value);
}
