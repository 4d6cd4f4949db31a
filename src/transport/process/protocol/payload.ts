import { EspalierError } from '../../../errors.js';
import { MAX_DEPTH } from './limits.js';

/** Where in a payload a trailer belongs: keys and indexes from its root; empty for the payload itself. */
export type Path = readonly (string | number)[];

/** A payload that JSON can hold, and the bytes that were taken out of it (null stands in their places). */
export interface Packed {
  readonly value: unknown;
  readonly blobs: readonly Uint8Array[];
  readonly paths: readonly Path[];
}

const NONE: readonly never[] = [];
/** What JSON writes as `{}`. */
const OPAQUE = [Map, Set, ArrayBuffer, SharedArrayBuffer] as const;

/**
 * Takes the bytes (`Uint8Array`, `Buffer`) out of a payload. The payload itself is not changed; the bytes are not copied,
 * so they must not be changed before they are written.
 *
 * @param name what errors call the payload: `args` gives `args.rows[2] is NaN`
 * @throws EspalierError `ESP_INVALID` for what JSON would lose: NaN, infinities, Map, Set, bigint, other views than bytes,
 *   cycles and anything nested deeper than 200 levels
 */
export function pack(value: unknown, name: string): Packed {
  if (isPlain(value, 0)) return { value, blobs: NONE, paths: NONE };
  const found: Extraction = { name, blobs: [], paths: [], path: [] };
  return { value: extract(value, found), blobs: found.blobs, paths: found.paths };
}

/** Whether JSON holds the value as it is. Runs on every message: it allocates no paths. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'bigint') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  if (ArrayBuffer.isView(value) || OPAQUE.some((type) => value instanceof type)) return false;
  if (hasToJson(value)) return isPlain(value.toJSON(), depth + 1);
  return Object.values(value).every((item) => isPlain(item, depth + 1));
}

interface Extraction {
  readonly name: string;
  readonly blobs: Uint8Array[];
  readonly paths: Path[];
  /** Where the walk is. */
  readonly path: (string | number)[];
}

function extract(value: unknown, found: Extraction): unknown {
  const fault = faultOf(value, found.path.length);
  if (fault !== null) throw unfit(found, fault);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    found.blobs.push(value);
    found.paths.push([...found.path]);
    return null;
  }
  if (Array.isArray(value)) return value.map((item, index) => within(index, item, found));
  if (hasToJson(value)) return extract(value.toJSON(), found);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, within(key, item, found)]));
}

function within(key: string | number, value: unknown, found: Extraction): unknown {
  found.path.push(key);
  const extracted = extract(value, found);
  found.path.pop();
  return extracted;
}

/** What JSON would lose of a value, in words; null when nothing. */
function faultOf(value: unknown, depth: number): string | null {
  if (typeof value === 'number' && !Number.isFinite(value)) return `is ${value}, which JSON cannot hold`;
  if (typeof value === 'bigint') return 'is a bigint, which JSON cannot hold: send a string';
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels, or in a cycle`;
  const opaque = OPAQUE.find((type) => value instanceof type);
  if (opaque) return `is a ${opaque.name}, which JSON would empty: send an object, an array or a Uint8Array`;
  if (ArrayBuffer.isView(value) && !(value instanceof Uint8Array)) {
    return `is a ${value.constructor.name}: send its bytes as a Uint8Array`;
  }
  return null;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function unfit({ name, path }: Extraction, fault: string): EspalierError {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return new EspalierError('ESP_INVALID', `${name}${place} ${fault}`, { context: { path: [...path] } });
}

/** Puts the bytes back in their places. Answers in words what is wrong when a place is not there or not null. */
export function unpack(packed: Packed): { readonly value: unknown } | string {
  const root = { payload: packed.value };
  for (const [index, path] of packed.paths.entries()) {
    const blob = packed.blobs[index];
    if (blob === undefined || !place(root, ['payload', ...path], blob)) {
      return `the payload has no place ${JSON.stringify(path).slice(0, 200)} for a trailer`;
    }
  }
  return { value: root.payload };
}

function place(root: object, path: Path, blob: Uint8Array): boolean {
  let parent: unknown = root;
  for (const key of path.slice(0, -1)) {
    if (!isParent(parent, key)) return false;
    parent = parent[key];
  }
  const last = path.at(-1);
  if (last === undefined || !isParent(parent, last) || parent[last] !== null) return false;
  parent[last] = blob;
  return true;
}

/** Own keys only: a path must not lead into what every object inherits. */
function isParent(value: unknown, key: string | number): value is Record<string | number, unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return Array.isArray(value) === (typeof key === 'number') && Object.hasOwn(value, key);
}
