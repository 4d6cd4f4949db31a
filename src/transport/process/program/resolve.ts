import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { codeOf, EspalierError } from '../../../errors.js';

type Finding = 'executable' | 'missing' | 'not executable' | 'a directory';

/**
 * The absolute path of the program that `word` names, as a shell would find it: a word with a slash is a path relative
 * to `cwd`, any other is looked up in the folders of `path` (the value of PATH).
 *
 * Throws `ESP_SPAWN` with `context.reason` `missing`, `not executable` or `a directory`. Blocks for a few file lookups.
 */
export function resolveProgram(word: string, path: string | undefined, cwd: string): string {
  const candidates = word.includes('/') || word === '' ? [resolve(cwd, word)] : lookups(word, path, cwd);
  let worst: Finding = 'missing';
  let place = '';
  for (const candidate of word === '' ? [] : candidates) {
    const finding = inspect(candidate);
    if (finding === 'executable') return candidate;
    if (worst === 'missing' && finding !== 'missing') [worst, place] = [finding, candidate];
  }
  throw new EspalierError('ESP_SPAWN', describe(word, worst, place), { context: { program: word, reason: worst } });
}

function lookups(word: string, path: string | undefined, cwd: string): readonly string[] {
  const folders = (path ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  // An empty entry of PATH means the current folder.
  return folders.map((folder) => resolve(isAbsolute(folder) ? folder : resolve(cwd, folder), word));
}

function inspect(file: string): Finding {
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) return 'a directory';
    if (!stat.isFile()) return 'not executable';
    accessSync(file, constants.X_OK);
    return 'executable';
  } catch (error) {
    return codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM' ? 'not executable' : 'missing';
  }
}

function describe(word: string, finding: Finding, place: string): string {
  switch (finding) {
    case 'missing':
    case 'executable':
      return word.includes('/')
        ? `program ${JSON.stringify(word)} does not exist; check the path`
        : `program ${JSON.stringify(word)} was not found on PATH; install it or give its path`;
    case 'not executable':
      return `program ${JSON.stringify(word)} is not executable: ${place}; chmod +x it, or run it with its interpreter`;
    case 'a directory':
      return `program ${JSON.stringify(word)} is a directory: ${place}; name a file in it`;
    default:
      return finding satisfies never;
  }
}
