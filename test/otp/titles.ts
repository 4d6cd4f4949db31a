import { readFileSync } from 'node:fs';
import { parseAst } from 'vite';

/** A test, or a group of tests, that is there and played: not one in a comment, nor one that is skipped. */
export interface Titled {
  readonly kind: 'it' | 'describe';
  readonly title: string;
  /** The titles of the groups around it. */
  readonly within: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [part: string]: unknown;
}

/** Who makes tests, by the word that they are called by. */
const KINDS: Readonly<Record<string, Titled['kind']>> = { it: 'it', test: 'it', describe: 'describe' };
const LEFT_OUT = new Set(['skip', 'todo', 'skipIf', 'runIf']);

/** The tests of a file and its groups, as the program has them. */
export function titlesOf(file: URL): readonly Titled[] {
  const found: Titled[] = [];
  walk(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }), [], found);
  return found;
}

function walk(value: unknown, within: readonly string[], found: Titled[]): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, within, found);
    return;
  }
  if (!isNode(value)) return;
  const made = madeBy(value);
  if (made === 'left out') return;
  if (made) found.push({ ...made, within });
  const inside = made?.kind === 'describe' ? [...within, made.title] : within;
  for (const part of Object.values(value)) walk(part, inside, found);
}

/** What a call makes, if it makes a test: `it('…')`, `it.each(…)('…')`, `describe.each(…)('…')`. */
function madeBy({ type, callee, arguments: given }: Node): Omit<Titled, 'within'> | 'left out' | null {
  if (type !== 'CallExpression' || !Array.isArray(given)) return null;
  const words = wordsOf(callee);
  const kind = KINDS[words[0] ?? ''];
  const title = textOf(given[0]);
  if (kind === undefined || title === null) return null;
  return words.some((word) => LEFT_OUT.has(word)) ? 'left out' : { kind, title };
}

/** `it.each(…)` is `it`, `each`. */
function wordsOf(callee: unknown): readonly string[] {
  if (!isNode(callee)) return [];
  if (callee.type === 'Identifier') return [String(callee.name)];
  if (callee.type === 'CallExpression') return wordsOf(callee.callee);
  if (callee.type === 'MemberExpression') return [...wordsOf(callee.object), ...wordsOf(callee.property)];
  return [];
}

function textOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  if (value.type === 'Literal') return typeof value.value === 'string' ? value.value : null;
  if (value.type !== 'TemplateLiteral' || !Array.isArray(value.quasis)) return null;
  return value.quasis.map((quasi) => (isNode(quasi) && isText(quasi.value) ? quasi.value.cooked : '')).join('…');
}

function isText(value: unknown): value is { readonly cooked: string } {
  return typeof value === 'object' && value !== null && 'cooked' in value && typeof value.cooked === 'string';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
