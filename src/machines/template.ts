import { EspalierError } from '../errors.js';

/** A command with places for each input, compiled once and expanded for many. */
export interface Template {
  /** The program, when it is the same for every input; null when it depends on the input. */
  readonly program: string | null;
  /** The fields that every input must have, as in `a.b`, each once. */
  readonly fields: readonly string[];
  /**
   * The command for one input: as many words as the template has, whatever the input contains.
   *
   * @throws EspalierError `ESP_INVALID` naming the field and the index, when the input lacks a field, is not a JSON
   * object though fields are asked for, or puts a NUL character into a word
   * @param hidden fields that stay as they are written, `{.password}`: for those who look on
   */
  expand(input: unknown, index: number, hidden?: ReadonlySet<string>): [string, ...string[]];
}

/** A piece of a word: literal text, or a place to be filled. */
export type Piece = string | Place;
export type Place =
  | { readonly kind: 'input' }
  | { readonly kind: 'index' }
  | { readonly kind: 'field'; readonly path: string };

/**
 * Compiles the words of a command.
 *
 * - `{}` is the input: a string as it is, any other value as JSON
 * - `{#}` is its index, from 0
 * - `{.name}` is a field of an input that is an object, or a string that holds one as JSON; `{.a.b}` reaches into it,
 *   `{.list.0}` into an array. A string stands as it is, anything else as JSON.
 * - `{{` is a literal `{`. A closing brace is special only in a placeholder.
 *
 * Other braces are plain text (`{print $1}`, `{"a":1}`, `${HOME}`), except what looks like a mistyped placeholder:
 * `{name}`, `{.}`, `{.a b}`.
 *
 * @throws EspalierError `ESP_INVALID` naming the placeholder
 *
 * @example
 * import { compileTemplate } from 'espalier';
 * const template = compileTemplate(['convert', '{.from}', 'page-{#}.png']);
 * template.expand({ from: 'a.pdf' }, 7); // ['convert', 'a.pdf', 'page-7.png']
 */
export function compileTemplate(words: readonly string[]): Template {
  const [first, ...rest] = words.map(parseWord);
  if (first === undefined) throw new EspalierError('ESP_INVALID', 'the command has no words');
  const program = first.some(isPlace) ? null : first.join('');
  if (program === '') throw new EspalierError('ESP_INVALID', 'the command names no program: its first word is empty');
  const fields = fieldsOf([first, ...rest].flat());
  return {
    program,
    fields,
    expand: (input, index, hidden) => {
      const value = fill(input, index, fields.length > 0, hidden);
      const join = (pieces: readonly Piece[]) =>
        pieces.map((piece) => (isPlace(piece) ? value(piece) : piece)).join('');
      return [join(first), ...rest.map(join)];
    },
  };
}

/**
 * The words of a command that takes no input, as they stand: braces mean nothing in them.
 *
 * @throws EspalierError `ESP_INVALID` when there is no program
 * @example
 * literalTemplate(['node', '-e', 'run({})']).expand('', 0); // ['node', '-e', 'run({})']
 */
export function literalTemplate(words: readonly string[]): Template {
  return compileTemplate(words.map((word) => word.replaceAll('{', '{{')));
}

function fieldsOf(pieces: readonly Piece[]): string[] {
  const paths = pieces.filter(isPlace).flatMap((place) => (place.kind === 'field' ? [place.path] : []));
  return [...new Set(paths)];
}

function isPlace(piece: Piece): piece is Place {
  return typeof piece !== 'string';
}

/** Everything that begins like a placeholder: `{{`, or `{…}` with a body that is empty, begins with `.` or `#`, or is a bare name. */
const PLACEHOLDER = /\{\{|\{([.#][^{}]*|[\w-]*)\}|\{[.#]/g;

/** The pieces of one word: places and text, which may be empty. */
export function parseWord(word: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of word.matchAll(PLACEHOLDER)) {
    const [text, body] = match;
    pieces.push(word.slice(end, match.index), parsePlaceholder(text, body, word.charAt(match.index - 1)));
    end = match.index + text.length;
  }
  return [...pieces, word.slice(end)];
}

function parsePlaceholder(text: string, body: string | undefined, before: string): Piece {
  if (text === '{{') return '{';
  if (body === '') return { kind: 'input' };
  if (body === '#') return { kind: 'index' };
  if (body === undefined) throw malformed(`${text}…`, 'it is never closed');
  if (/^(\.[^.\s]+)+$/.test(body)) return { kind: 'field', path: body.slice(1) };
  if (/[.#]/.test(body)) throw malformed(text, 'a field is {.name} or {.a.b}, the index is {#}');
  // `${NAME}` is a shell's own; nothing else puts a dollar sign before a placeholder.
  if (before === '$') return text;
  throw malformed(text, `a field of the input is {.${body}}, the whole input is {}`);
}

function malformed(placeholder: string, hint: string): EspalierError {
  return new EspalierError('ESP_INVALID', `unknown placeholder ${placeholder}: ${hint}; write {{ for a literal {`, {
    context: { placeholder },
  });
}

/** What fills the places of a template for one input; the input is parsed once, and only when a field asks for it. */
function fill(
  input: unknown,
  index: number,
  hasFields: boolean,
  hidden: ReadonlySet<string> | undefined,
): (place: Place) => string {
  const root = hasFields ? objectOf(input, index) : undefined;
  return (place) => {
    switch (place.kind) {
      case 'input':
        return checked(asText(input, index), '{}', index);
      case 'index':
        return String(index);
      case 'field':
        if (hidden?.has(place.path)) return `{.${place.path}}`;
        return checked(asText(lookUp(root, place.path, index), index), `{.${place.path}}`, index);
      default:
        return place satisfies never;
    }
  };
}

function objectOf(input: unknown, index: number): unknown {
  const value = typeof input === 'string' ? parseJson(input, index) : input;
  if (typeof value === 'object' && value !== null) return value;
  throw badInput(index, 'is not a JSON object, and the command asks for its fields');
}

function parseJson(text: string, index: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badInput(index, 'is not JSON, and the command asks for its fields', { cause });
  }
}

function lookUp(root: unknown, path: string, index: number): unknown {
  let value = root;
  for (const name of path.split('.')) {
    if (!hasMember(value, name)) throw badInput(index, `has no field "${path}"`, { field: path });
    value = value[name];
  }
  return value;
}

/** Own members only: neither `constructor` of an object nor `length` of an array is part of the input. */
function hasMember(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  return !Array.isArray(value) || name !== 'length';
}

function asText(value: unknown, index: number): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    throw badInput(index, 'cannot be written as JSON', { cause });
  }
}

function checked(text: string, placeholder: string, index: number): string {
  if (!text.includes('\0')) return text;
  throw badInput(index, `puts a NUL character into ${placeholder}, which no argument of a program can hold`);
}

function badInput(index: number, what: string, more: { cause?: unknown; field?: string } = {}): EspalierError {
  const { cause, ...context } = more;
  return new EspalierError('ESP_INVALID', `input ${index} ${what}`, { cause, context: { index, ...context } });
}
