import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEspalierError } from '../../../src/errors.js';
import { splitWords } from '../../../src/machines/command/split-words.js';
import { samples } from '../../effort.js';

function refusal(command: string): { message: string; position: unknown } {
  try {
    splitWords(command);
  } catch (error) {
    if (isEspalierError(error) && error.code === 'ESP_INVALID') {
      return { message: error.message, position: error.context.position };
    }
    throw error;
  }
  throw new Error(`accepted: ${command}`);
}

/** Prints, for each command, its words and how reading it ended; each is read in a shell of its own. */
const READ_EACH = `for command; do
  (eval "set -f; set -- $command
printf '%s\\\\0' \\"\\$@\\"") 2>/dev/null
  printf '\\1%d\\2' $?
done`;

/** The words of each command as the shell of this machine reads them, or null where it finds the command incomplete. */
function shellWords(commands: readonly string[]): (string[] | null)[] {
  const { stdout } = spawnSync('sh', ['-c', READ_EACH, 'sh', ...commands], { encoding: 'utf8' });
  const read = stdout.split('\u0002').slice(0, -1);
  return read.map((one) => {
    const [words = '', status] = one.split('\u0001');
    return status === '0' ? words.split('\0').slice(0, -1) : null;
  });
}

function wordsOrRefusal(command: string): string[] | 'refused' {
  try {
    return splitWords(command);
  } catch (error) {
    if (isEspalierError(error)) return 'refused';
    throw error;
  }
}

describe('splitting a command into words', () => {
  it.each<[string, string[]]>([
    ['wc -l {}', ['wc', '-l', '{}']],
    ['  a \t b  ', ['a', 'b']],
    [`'two words' x`, ['two words', 'x']],
    [`a'b'"c"\\d`, ['abcd']],
    [`'' ""`, ['', '']],
    [`"say \\"hi\\" \\\\ \\n"`, ['say "hi" \\ \\n']],
    [`'it'\\''s'`, ["it's"]],
    ['a\\\nb', ['ab']],
    ['"a\\\nb"', ['ab']],
    ['\n  echo hi \n', ['echo', 'hi']],
    [`'$HOME' "*" \\; a#b x~`, ['$HOME', '*', ';', 'a#b', 'x~']],
    [`sh -c 'echo "$1" | wc' sh {.name}`, ['sh', '-c', 'echo "$1" | wc', 'sh', '{.name}']],
    ['printf %s a=b', ['printf', '%s', 'a=b']],
    ['1a=b -c=d =e', ['1a=b', '-c=d', '=e']],
    ['=a', ['=a']],
    ['a-b=c', ['a-b=c']],
    ['grüße 日本 {#}', ['grüße', '日本', '{#}']],
  ])('reads %j', (command, words) => {
    expect(splitWords(command)).toEqual(words);
  });

  it('takes dollar signs and backquotes inside double quotes as plain text', () => {
    expect(splitWords('echo "$HOME `id` $(id)"')).toEqual(['echo', '$HOME `id` $(id)']);
  });

  it.each([...'|&;<>()$`*?['])('refuses a bare %s and names its place', (character) => {
    const { message, position } = refusal(`cat {} ${character} x`);
    expect(message).toContain(`${character} at position 7`);
    expect(message).toContain('--shell');
    expect(position).toBe(7);
  });

  it.each([
    ['ls ~/x', 3, '~ at position 3 means', 'quote it to mean it literally'],
    ['ls # all', 3, '# at position 3 means', 'quote it to mean it literally'],
    ['a\nb', 1, 'a line break at position 1 means', 'quote it to mean it literally'],
    ['a \nb', 2, 'a line break at position 2 means', 'quote it to mean it literally'],
    ['FOO=bar cmd', 3, 'FOO= at position 3 means', 'start the command with "env FOO=…"'],
    ['>out', 0, '> at position 0 means', 'quote it to mean it literally'],
  ])('refuses %j at %i and says what to do', (command, position, what, instead) => {
    const { message, ...rest } = refusal(command);
    expect(rest).toEqual({ position });
    expect(message).toContain(`command: ${what}`);
    expect(message).toContain(`${instead}, or add --shell`);
  });

  it.each([
    ["a 'b", 'single quote', 2],
    ['a "b', 'double quote', 2],
    ['a "b\\"', 'double quote', 2],
    ['a \\', 'backslash', 2],
    ['', 'empty', 0],
    [' \n\t ', 'empty', 0],
    ['a \0', 'NUL', 2],
    ["a 'x\0'", 'NUL', 4],
  ])('says what is wrong with %j', (command, what, position) => {
    expect(refusal(command)).toMatchObject({ position, message: expect.stringContaining(what) });
  });

  it('agrees with the shell on everything it accepts', () => {
    const piece = fc.constantFrom('a', 'b', ' ', '\t', "'", '"', '\\', '{}', '=', '~', '#', '\n', 'ü', '%');
    const command = fc.array(piece, { maxLength: 14 }).map((pieces) => `x${pieces.join('')}`);
    fc.assert(
      fc.property(fc.array(command, { minLength: 20, maxLength: 20 }), (texts) => {
        const expected = shellWords(texts);
        expect(expected).toHaveLength(texts.length);
        const words = texts.map(wordsOrRefusal);
        expect(words).toEqual(words.map((ours, index) => (ours === 'refused' ? ours : expected[index])));
      }),
      { numRuns: samples(20) },
    );
  });

  it('reads back every word that was quoted', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const single = words.map((text) => `'${text.replaceAll("'", `'\\''`)}'`).join(' ');
        const double = words.map((text) => `"${text.replace(/[$`"\\]/g, '\\$&')}"`).join('\t');
        expect(splitWords(single)).toEqual(words);
        expect(splitWords(double)).toEqual(words);
      }),
    );
  });
});
