import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf, EspalierError } from '../../errors.js';
import { fromWorkingFolder, OWN_FOLDER } from '../../working-folder.js';
import { tell } from '../print/diagnostics.js';

/** The store of the command line, unless another is named. */
const DEFAULT_STORE = `${OWN_FOLDER}/espalier.db`;

/** `--db` of a command that makes its store. */
export const newStore = z.string().default(DEFAULT_STORE).transform(fromWorkingFolder);

/** `--db` of a command that needs one: without it that of the program it runs in, or else the one that is there. */
export const knownStore = z.string().optional().transform(findStore);

/** Whether it is the one that is meant where none is named. */
export function isDefaultStore(file: string): boolean {
  return file === fromWorkingFolder(DEFAULT_STORE);
}

/**
 * The store that a reader means who names none: that of the command line, else the only one, be it a library user's.
 *
 * @throws EspalierError `ESP_INVALID` naming the stores there when several may be meant
 */
function findStore(named: string | undefined): string {
  if (named !== undefined) return fromWorkingFolder(named);
  // Set in the programs of pools: what they mean is the store that they are of.
  const own = process.env.ESPALIER_STORE;
  if (own !== undefined && own !== '') return own;
  const usual = fromWorkingFolder(DEFAULT_STORE);
  const found = storesIn(fromWorkingFolder(OWN_FOLDER));
  const others = found.filter((name) => join(OWN_FOLDER, name) !== DEFAULT_STORE);
  if (existsSync(usual)) {
    if (others.length > 0) tell(`reading ${DEFAULT_STORE}; ${beside(others)}\n`);
    return usual;
  }
  const [only, ...more] = others;
  if (only === undefined) return usual;
  if (more.length === 0) return fromWorkingFolder(join(OWN_FOLDER, only));
  throw new EspalierError('ESP_INVALID', `several stores are in ${OWN_FOLDER}: name one with --db: ${list(others)}`);
}

function beside(others: readonly string[]): string {
  return `beside it ${others.length === 1 ? 'is' : 'are'} ${list(others)}: --db reads another`;
}

function list(names: readonly string[]): string {
  return names.map((name) => join(OWN_FOLDER, name)).join(', ');
}

function storesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.db'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    // What is wrong with the folder is said of the store in it.
    if (codeOf(error) === undefined) throw error;
    return [];
  }
}
