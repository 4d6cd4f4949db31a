import { EspalierError } from '../../errors.js';

/** What a shell would act on outside quotes; every other character stands for itself. */
const OPERATORS = '|&;<>()';
const EXPANSIONS = '$`*?[';
/** Characters that a shell acts on only as the first of a word. */
const AT_START = '#~';
/** Inside double quotes a backslash quotes these and otherwise stands for itself. */
const ESCAPABLE = '$`"\\';

/**
 * Splits a command line into words as a POSIX shell would: blanks separate, single quotes, double quotes and backslashes
 * quote, adjacent pieces join, `''` is an empty word. Nothing is expanded: inside quotes `$` and `*` are plain text.
 *
 * What a shell would act on (operators, expansions, patterns, comments, assignments before the program) is refused
 * outside quotes instead of being taken for plain text.
 *
 * @throws EspalierError `ESP_INVALID` with `context.position`, the offset of the offending character
 *
 * @example
 * import { splitWords } from 'espalier';
 * splitWords(`grep -c 'two words' "{}"`); // ['grep', '-c', 'two words', '{}']
 */
export function splitWords(command: string): [string, ...string[]] {
  const nul = command.indexOf('\0');
  if (nul !== -1) throw refuse('no argument of a program can hold a NUL character', nul);
  const scan: Scan = { text: command, at: 0, word: null, words: [] };
  while (scan.at < command.length) step(scan);
  endWord(scan);
  const [program, ...rest] = scan.words;
  if (program === undefined) throw refuse('the command is empty', 0);
  return [program, ...rest];
}

interface Scan {
  readonly text: string;
  at: number;
  /** The word being read; null between words, so that `''` can be told from nothing. */
  word: string | null;
  readonly words: string[];
}

function step(scan: Scan): void {
  const character = scan.text.charAt(scan.at);
  if (character === ' ' || character === '\t') separate(scan);
  else if (character === '\n') newline(scan);
  else if (character === "'") singleQuoted(scan);
  else if (character === '"') doubleQuoted(scan);
  else if (character === '\\') escaped(scan);
  else plain(scan, character);
}

function separate(scan: Scan): void {
  endWord(scan);
  scan.at += 1;
}

function endWord(scan: Scan): void {
  if (scan.word !== null) scan.words.push(scan.word);
  scan.word = null;
}

/** Around the command a newline is a blank; inside it would begin a second command. */
function newline(scan: Scan): void {
  const between = scan.words.length > 0 || scan.word !== null;
  if (between && scan.text.slice(scan.at).trim() !== '') throw shellOnly('a line break', scan.at);
  separate(scan);
}

function singleQuoted(scan: Scan): void {
  const end = scan.text.indexOf("'", scan.at + 1);
  if (end === -1) throw refuse("the single quote (') is never closed", scan.at);
  add(scan, scan.text.slice(scan.at + 1, end));
  scan.at = end + 1;
}

function doubleQuoted(scan: Scan): void {
  const start = scan.at;
  add(scan, '');
  for (scan.at += 1; ; scan.at += 1) {
    const character = scan.text.charAt(scan.at);
    if (character === '') throw refuse('the double quote (") is never closed', start);
    if (character === '"') {
      scan.at += 1;
      return;
    }
    const next = scan.text.charAt(scan.at + 1);
    if (character === '\\' && next === '\n') scan.at += 1;
    else if (character === '\\' && ESCAPABLE.includes(next)) {
      // (Also at the very end, where the quote is never closed.)
      add(scan, next);
      scan.at += 1;
    } else add(scan, character);
  }
}

function escaped(scan: Scan): void {
  const next = scan.text.charAt(scan.at + 1);
  if (next === '') throw refuse('the backslash at the end quotes nothing', scan.at);
  if (next !== '\n') add(scan, next);
  scan.at += 2;
}

function plain(scan: Scan, character: string): void {
  const { word } = scan;
  if (OPERATORS.includes(character) || EXPANSIONS.includes(character)) throw shellOnly(character, scan.at);
  if (word === null && AT_START.includes(character)) throw shellOnly(character, scan.at);
  if (character === '=' && scan.words.length === 0 && word !== null && /^[A-Za-z_]\w*$/.test(word)) {
    throw shellOnly(`${word}=`, scan.at, `start the command with "env ${word}=…"`);
  }
  add(scan, character);
  scan.at += 1;
}

function add(scan: Scan, text: string): void {
  scan.word = (scan.word ?? '') + text;
}

function shellOnly(what: string, position: number, instead = 'quote it to mean it literally'): EspalierError {
  return refuse(
    `${what} at position ${position} means something to a shell, and no shell is used: ${instead}, or add --shell`,
    position,
  );
}

function refuse(message: string, position: number): EspalierError {
  return new EspalierError('ESP_INVALID', `command: ${message}`, { context: { position } });
}
