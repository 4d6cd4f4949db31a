import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { EspalierError, type OpenJobs, openJobs, openReader, type RunRef, type StoreReader } from '../../index.js';
import { isDefaultStore } from './find-store.js';
import { fileMode, wholeNumber } from './parse.js';

/** Adds the options that every command on a store has. */
export function onStore(command: Command): Command {
  return command
    .option('--db <file>', 'the store (that in .espalier)', databaseFile)
    .option('--debug', 'show the stack of an error');
}

function databaseFile(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected the name of a file.');
  // Node has put this where the bytes were no text: it would name another file.
  if (text.includes('\uFFFD')) throw new InvalidArgumentError('Expected a name in UTF-8.');
  return text;
}

/** Adds the options of a listing. */
export function listing(command: Command): Command {
  return onStore(command).option('--json', 'print JSON lines');
}

/** Opens a store for reading, for as long as `use` takes. A missing file is an error, never a new store. */
export async function withReader<T>(db: string, use: (reader: StoreReader) => Promise<T>): Promise<T> {
  const reader = await openReader(db);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** Opens the jobs of a store that is there for steering, for as long as `use` takes, with what reads it. */
export async function withJobs<T>(db: string, use: (opened: OpenJobs, reader: StoreReader) => Promise<T>): Promise<T> {
  await using opened = await openJobs(db);
  return await withReader(db, (reader) => use(opened, reader));
}

/** What is said of a run that is not there. */
export function noRun(run: RunRef, db: string): EspalierError {
  const message = `no run ${run} in ${db}; "espalier runs" lists them`;
  return new EspalierError('ESP_NOT_FOUND', message, { context: { run } });
}

/** The command that goes on with a run, as a shell takes it. */
export function goOnWith(run: RunRef, db: string): string {
  const file = /^[\w@%+=:,./-]+$/.test(db) ? db : `'${db.replaceAll("'", "'\\''")}'`;
  return isDefaultStore(db) ? `espalier continue ${run}` : `espalier continue ${run} --db ${file}`;
}

/** Adds the option of a command that is a host: who may read and write its store. */
export function shared(command: Command): Command {
  return command.option('--store-mode <mode>', 'permissions of the store, such as 660 for its group (600)', fileMode);
}

/** What `--store-mode` gave. */
export const storeModeSchema = z.number().exactOptional();

/** The same as an option of a system. */
export function sharing({ storeMode }: { storeMode?: number }): { storeMode?: number } {
  return storeMode === undefined ? {} : { storeMode };
}

/** Adds the option that serves the inspector of a command that is a host. */
export function inspectable(command: Command): Command {
  return command.option('--inspect [port]', 'serve the inspector on 127.0.0.1 meanwhile', wholeNumber(0, 65_535));
}

/** What `--inspect` gave: false, true, or a port. A port that is not named is a free one. */
export const inspectSchema = z
  .union([z.boolean(), z.number()])
  .default(false)
  .transform((given) => {
    return given === false ? {} : { inspector: { port: given === true ? 0 : given } };
  });

/**
 * Looks whether the inspector could have its port before anything is made.
 *
 * @throws EspalierError `ESP_CONFLICT` when it could not
 */
export async function checkPort({ inspector }: z.output<typeof inspectSchema>): Promise<void> {
  if (!inspector) return;
  const { port } = inspector;
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'refused';
    const message = `--inspect: cannot listen on 127.0.0.1:${port} (${code}); without a port a free one is used`;
    throw new EspalierError('ESP_CONFLICT', message, { cause });
  }
  await once(server.close(), 'close');
}
