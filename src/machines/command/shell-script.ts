import { EspalierError } from '../../errors.js';
import { type Place, parseWord } from './template.js';

/**
 * Turns a shell script with placeholders into the words of a template: `sh -c SCRIPT sh VALUE…`. The values never become
 * part of the script: each placeholder turns into a reference to a positional parameter, quoted as its place requires,
 * so that an input can neither inject code nor fall apart into several words. Placeholders are those of
 * `compileTemplate`, which takes the answer.
 *
 * Here-documents are the one place whose quoting is not followed: a placeholder there keeps its double quotes.
 *
 * @throws EspalierError `ESP_INVALID` naming the placeholder
 *
 * @example
 * import { compileTemplate, shellWords } from 'espalier';
 * compileTemplate(shellWords('sort {} | uniq -c')).expand('my file', 0);
 * // ['sh', '-c', 'sort "${1}" | uniq -c', 'sh', 'my file']
 */
export function shellWords(script: string): [string, ...string[]] {
  if (script.trim() === '') throw new EspalierError('ESP_INVALID', 'the command is empty');
  const quoting = new Quoting();
  const values: string[] = [];
  const code = parseWord(script).map((piece) => {
    if (typeof piece === 'string') return quoting.read(piece).replaceAll('{', '{{');
    const value = placeholder(piece);
    if (!values.includes(value)) values.push(value);
    return quoting.refer(values.indexOf(value) + 1).replaceAll('{', '{{');
  });
  return ['sh', '-c', code.join(''), 'sh', ...values];
}

function placeholder(place: Place): string {
  switch (place.kind) {
    case 'input':
      return '{}';
    case 'index':
      return '{#}';
    case 'field':
      return `{.${place.path}}`;
    default:
      return place satisfies never;
  }
}

/** Where in a script's quoting a character stands, outside of which there is code; substitutions begin afresh and nest. */
type Context = 'single' | 'double' | 'substitution' | 'parenthesis' | 'backquote' | 'comment';

/** Follows the quoting of a script from its beginning, as far as placeholders need it. */
class Quoting {
  readonly #stack: Context[] = [];
  /** The character before; empty for one that no token can begin behind. */
  #previous = '\n';
  /** Whether the text read last ends in a backslash that quotes what follows. */
  #dangling = false;

  /** Passes over literal script text and returns it unchanged. */
  read(text: string): string {
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charAt(at);
      const escaped = character === '\\' && this.#top !== 'single' && this.#top !== 'comment';
      const inWord = escaped || (character === ')' && this.#top === 'substitution');
      if (escaped) at += 1;
      else this.#take(character);
      this.#previous = inWord ? '' : character;
      this.#dangling = at === text.length;
    }
    return text;
  }

  /** The reference to a parameter that is one word, whole, in this place. */
  refer(parameter: number): string {
    if (this.#dangling) {
      throw new EspalierError('ESP_INVALID', 'a placeholder cannot follow a backslash; write {{ for a literal {');
    }
    this.#previous = '';
    const reference = `\${${parameter}}`;
    if (this.#top === 'double') return reference;
    return this.#top === 'single' ? `'"${reference}"'` : `"${reference}"`;
  }

  get #top(): Context | 'code' {
    return this.#stack.at(-1) ?? 'code';
  }

  #take(character: string): void {
    switch (this.#top) {
      case 'single':
        return this.#closeAt("'", character);
      case 'comment':
        return this.#closeAt('\n', character);
      case 'double':
        return character === '"' ? this.#close() : this.#substitute(character);
      case 'backquote':
        return character === '`' ? this.#close() : this.#code(character);
      case 'substitution':
      case 'parenthesis':
        return character === ')' ? this.#close() : this.#code(character);
      case 'code':
        return this.#code(character);
      default:
        return this.#top satisfies never;
    }
  }

  #code(character: string): void {
    if (character === "'") this.#stack.push('single');
    else if (character === '"') this.#stack.push('double');
    else if (character === '#' && /[\s;&|()]/.test(this.#previous)) this.#stack.push('comment');
    else if (character === '(' && this.#previous !== '$') this.#stack.push('parenthesis');
    else this.#substitute(character);
  }

  #substitute(character: string): void {
    if (character === '`') this.#stack.push('backquote');
    else if (character === '(' && this.#previous === '$') this.#stack.push('substitution');
  }

  #closeAt(end: string, character: string): void {
    if (character === end) this.#close();
  }

  #close(): void {
    this.#stack.pop();
  }
}
