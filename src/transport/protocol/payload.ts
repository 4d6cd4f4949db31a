import { fitForJson, type Path } from '../../json/fit.js';
import { isPlain } from '../../json/plain.js';

export type { Path };

/** A payload that JSON can hold, and the bytes that were taken out of it (null stands in their places). */
export interface Packed {
  readonly value: unknown;
  /** Whether `JSON.stringify` would change a number of it: then `writeJson` writes it. */
  readonly isExact: boolean;
  readonly blobs: readonly Uint8Array[];
  readonly paths: readonly Path[];
}

const NONE: readonly never[] = [];

/**
 * Takes the bytes (`Uint8Array`, `Buffer`) out of a payload. The payload itself is not changed; the bytes are not copied,
 * so they must not be changed before they are written.
 *
 * @param name what errors call the payload: `args` gives `args.rows[2] is NaN`
 * @throws EspalierError `ESP_INVALID` naming the place of what JSON would lose: see `fitForJson`
 */
export function pack(value: unknown, name: string): Packed {
  if (isPlainForSure(value)) return { value, isExact: false, blobs: NONE, paths: NONE };
  const blobs: Uint8Array[] = [];
  const paths: Path[] = [];
  const takeBytes = (bytes: Uint8Array, path: Path) => {
    blobs.push(bytes);
    paths.push(path);
  };
  return { ...fitForJson(value, { name, takeBytes }), blobs, paths };
}

function isPlainForSure(value: unknown): boolean {
  try {
    return isPlain(value);
  } catch {
    // A getter or a proxy threw. `fitForJson` meets it again, and knows its place.
    return false;
  }
}

/** Puts the bytes back in their places. Answers in words what is wrong when a place is not there or not null. */
export function unpack(packed: Pick<Packed, 'value' | 'blobs' | 'paths'>): { readonly value: unknown } | string {
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
