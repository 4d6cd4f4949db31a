/** Arrays and objects inside each other, at most: what every parser of JSON takes without running out of stack. */
export const MAX_DEPTH = 200;

/** Decimal digits of an integer, at most: what every Python converts, and no more than a reader can check in passing. */
export const MAX_DIGITS = 4300;

/**
 * Whether `JSON.stringify` writes the value as it is: nothing is left out, emptied or rounded. It runs on every message, so
 * it looks no further than at the first thing that it does not know. `undefined` passes as a whole value and as a field,
 * which JSON leaves out; not as an item, which JSON would make null.
 *
 * @throws whatever a getter or a proxy of the value throws
 */
export function isPlain(value: unknown, maxDepth: number = MAX_DEPTH): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    case 'number':
      return isPlainNumber(value);
    case 'object':
      if (value === null) return true;
      if (maxDepth === 0) return false;
      if (Array.isArray(value)) return isPlainArray(value, maxDepth - 1);
      return isFields(value) && isPlainObject(value, maxDepth - 1);
    default:
      // Functions, symbols, big integers.
      return false;
  }
}

/** Not NaN, an infinity, -0, or a whole number that JSON would write as another: 2 ** 60 as 1152921504606847000. */
export function isPlainNumber(value: number): boolean {
  const isExact = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return isExact && (value !== 0 || 1 / value > 0);
}

/** By index: the methods of arrays pass over what is missing. */
function isPlainArray(items: readonly unknown[], maxDepth: number): boolean {
  if ('toJSON' in items) return false;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (item === undefined || !isPlain(item, maxDepth)) return false;
  }
  return true;
}

function isPlainObject(value: Fields, maxDepth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // What a prototype may have been given is looked at too, which is quicker than to leave it out.
  for (const key in value) if (!isPlain(value[key], maxDepth)) return false;
  return true;
}

/**
 * Whether arrays and objects lie more than `maxDepth` deep in each other.
 *
 * @param value what `text` was parsed to: most texts hold fewer of them altogether
 */
export function isDeeper(value: unknown, text: string, maxDepth: number): boolean {
  return hasMore(text, maxDepth) && liesDeeper(value, maxDepth);
}

function hasMore(text: string, limit: number): boolean {
  let found = 0;
  for (const opening of ['{', '[']) {
    for (let at = text.indexOf(opening); at !== -1 && found <= limit; at = text.indexOf(opening, at + 1)) found += 1;
  }
  return found > limit;
}

function liesDeeper(value: unknown, maxDepth: number): boolean {
  if (!isFields(value)) return false;
  if (maxDepth === 0) return true;
  if (Array.isArray(value)) return hasDeeper(value, maxDepth - 1);
  for (const key in value) if (liesDeeper(value[key], maxDepth - 1)) return true;
  return false;
}

/** Most items are no objects: they are not worth a call. */
function hasDeeper(items: readonly unknown[], maxDepth: number): boolean {
  for (const item of items) if (typeof item === 'object' && liesDeeper(item, maxDepth)) return true;
  return false;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
