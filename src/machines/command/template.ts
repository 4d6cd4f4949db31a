import { EspalierError, messageOf } from '../../errors.js';
import { fitForJson } from '../../json/fit.js';
import { memberText } from '../../json/scan.js';
import { writeJson } from '../../json/write.js';
import { hasHalf } from '../../stream-text.js';

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
 *   `{.list.0}` into an array. A string stands as it is, anything else as it was written in the text, or as JSON.
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
        return checked(asText(input, index, `input ${index}`), '{}', index);
      case 'index':
        return String(index);
      case 'field':
        if (hidden?.has(place.path)) return `{.${place.path}}`;
        return checked(fieldText(root, place.path, index), `{.${place.path}}`, index);
      default:
        return place satisfies never;
    }
  };
}

/** The input of a command that asks for fields: JSON text of an object, whose fields are what the text says, or an object. */
function objectOf(input: unknown, index: number): string | object {
  const value = typeof input === 'string' ? parseJson(input, index) : input;
  if (typeof value !== 'object' || value === null) {
    throw badInput(index, 'is not a JSON object, and the command asks for its fields');
  }
  return typeof input === 'string' ? input : value;
}

function parseJson(text: string, index: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badInput(index, 'is not JSON, and the command asks for its fields', { cause });
  }
}

/** Of a text its own characters: parsed and written again, 738527931269425001 would be another number. */
function fieldText(root: string | object | undefined, path: string, index: number): string {
  if (typeof root !== 'string') return asText(lookUp(root, path, index), index, `input ${index}.${path}`);
  const text = memberText(root, path.split('.'));
  if (text === undefined) throw noField(index, path);
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

function lookUp(root: unknown, path: string, index: number): unknown {
  let value = root;
  for (const name of path.split('.')) {
    if (!hasMember(value, name)) throw noField(index, path);
    value = value[name];
  }
  return value;
}

function noField(index: number, path: string): EspalierError {
  return badInput(index, `has no field "${path}"`, { field: path });
}

/** Own members only: neither `constructor` of an object nor `length` of an array is part of the input. */
function hasMember(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  return !Array.isArray(value) || name !== 'length';
}

function asText(value: unknown, index: number, name: string): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'undefined':
      return 'null';
    case 'number':
      // No JSON around it: the shortest text that names it will do.
      if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
      break;
    default:
  }
  try {
    return writeJson(fitForJson(value, { name }).value);
  } catch (cause) {
    throw new EspalierError('ESP_INVALID', messageOf(cause), { cause, context: { index } });
  }
}

function checked(text: string, placeholder: string, index: number): string {
  const what = text.includes('\0') ? 'a NUL character' : hasHalf(text) ? 'half a character (a lone surrogate)' : null;
  if (what === null) return text;
  throw badInput(index, `puts ${what} into ${placeholder}, which no argument of a program can hold`);
}

function badInput(index: number, what: string, more: { cause?: unknown; field?: string } = {}): EspalierError {
  const { cause, ...context } = more;
  return new EspalierError('ESP_INVALID', `input ${index} ${what}`, { cause, context: { index, ...context } });
}
