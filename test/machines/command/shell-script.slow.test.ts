import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWords } from '../../../src/machines/command/shell-script.js';
import { compileTemplate } from '../../../src/machines/command/template.js';
import { samples } from '../../effort.js';

function run(script: string, input: unknown, index = 0): string {
  const [program, ...args] = compileTemplate(shellWords(script)).expand(input, index);
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  return stdout;
}

const nasty = `a  b'"$(echo pwned)\`echo pwned\`\\ *;#{}\n\t&`;

describe('a shell script with placeholders', () => {
  it.each([
    ['outside quotes', 'printf %s {}'],
    ['inside double quotes', 'printf %s "{}"'],
    ['inside single quotes', "printf %s '{}'"],
    ['inside a substitution', 'printf %s "$(printf %s {})"'],
    ['quoted inside a substitution', `printf %s "$(printf %s '{}')"`],
    ['inside backquotes', 'x=`printf %s {}`; printf %s "$x"'],
    ['quoted inside backquotes', `printf %s "\`printf %s '{}'\`"`],
    ['behind parentheses in a substitution', `printf %s "$( (echo a) >/dev/null; printf %s '{}')"`],
    ['behind a substitution', `printf '' "$(echo 'a)' "b'")"; printf %s {}`],
    ['after a comment with a quote', "# don't\nprintf %s {}"],
    ['after a comment behind a semicolon', "true;# don't\nprintf %s {}"],
    ['after a comment behind a subshell', "(true)# don't\nprintf %s {}"],
    ['after a comment that ends in a backslash', "# a \\\nprintf %s '{}'"],
    ['behind a substitution with # behind it', "printf %s $(true)#'{}' | tail -c +2"],
    ['behind an escaped character with # behind it', "printf %s \\;#'{}' | tail -c +3"],
    ['after an escaped quote', "printf %s \\'{} | tail -c +2"],
    ['after a word with # inside', "printf %s x#'y' >/dev/null; printf %s {}"],
    ['inside parentheses', '(printf %s {})'],
    ['behind a comment in a substitution', `printf %s "$(true # don't\nprintf %s {})"`],
    ['behind backquotes inside double quotes', 'printf %s "`true`{}"'],
    ['behind a parenthesis inside double quotes', 'printf %s "({}" | tail -c +2'],
    ['behind a variable inside double quotes', 'x=; printf %s "$x{}"'],
    ['twice', 'test {} = "{}" && printf %s {}'],
  ])('hands the input over whole %s', (_where, script) => {
    expect(run(script, nasty)).toBe(nasty);
  });

  it('keeps the values out of the script', () => {
    expect(compileTemplate(shellWords('echo {} "{#}" {}')).expand(nasty, 3)).toEqual([
      'sh',
      '-c',
      'echo "${1}" "${2}" "${1}"',
      'sh',
      nasty,
      '3',
    ]);
  });

  it('joins a value to the text around it', () => {
    expect(run("printf %s pre-{}-'mid {} end'", 'a b')).toBe('pre-a b-mid a b end');
  });

  it('may begin with a value', () => {
    expect(run("{} %s '{#}'", 'printf', 3)).toBe('3');
  });

  it('takes a # behind a value for part of the word', () => {
    expect(run("printf %s {}#'{}'", 'a b')).toBe('a b#a b');
  });

  it('runs pipes and takes fields', () => {
    expect(run('printf "%s\\n" {.a} {.b} | sort', { a: 'z y', b: 'b' })).toBe('b\nz y\n');
  });

  it("leaves the shell's own braces alone", () => {
    expect(run('x=1; f() { echo "${x}" {{}; }; f', 'in')).toBe('1 {}\n');
  });

  it('refuses a placeholder behind a backslash, unless the backslash is quoted', () => {
    const message = 'a placeholder cannot follow a backslash; write {{ for a literal {';
    expect(() => shellWords('echo \\{}')).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message }));
    expect(run("printf %s '\\{}'", 'x')).toBe('\\x');
  });

  it('refuses an empty script', () => {
    const refusal = { code: 'ESP_INVALID', message: 'the command is empty' };
    expect(() => shellWords(' \n')).toThrow(expect.objectContaining(refusal));
  });

  it('never lets an input become code', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '`',
      '$(',
      ')',
      ';',
      '\\',
      ' ',
      '\n',
      '*',
      '{}',
      '#',
      'echo',
      '${1}',
      '&',
      '|',
    );
    const script = fc.constantFrom('printf %s {}', 'printf %s "{}"', "printf %s '{}'");
    fc.assert(
      fc.property(script, fc.array(piece, { maxLength: 12 }), (text, pieces) => {
        expect(run(text, pieces.join(''))).toBe(pieces.join(''));
      }),
      { numRuns: samples(150) },
    );
  });
});
