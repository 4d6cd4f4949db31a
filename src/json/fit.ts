import { EspalierError } from '../errors.js';
import { isPlainNumber, MAX_DEPTH, MAX_DIGITS } from './plain.js';

/** Where in a value something lies: keys and indexes from its root; empty for the value itself. */
export type Path = readonly (string | number)[];

export interface FitOptions {
  /** What errors call the value: `args` gives `args.rows[2] is NaN`. */
  readonly name: string;
  /** Takes bytes out of the value, which has null in their place; without it bytes are refused. */
  readonly takeBytes?: (bytes: Uint8Array, path: Path) => void;
  readonly maxDepth?: number;
}

/** A value in a form that `writeJson` writes, and whether it needs to: `JSON.stringify` would change a number of it. */
export interface Fitted {
  readonly value: unknown;
  readonly isExact: boolean;
}

/**
 * A copy of a value that JSON holds whole: what has `toJSON` by what that answers, fields that are undefined left out.
 *
 * @throws EspalierError `ESP_INVALID` naming the place of what JSON would lose in silence: NaN, infinities, functions,
 *   symbols, undefined in arrays, instances of classes without `toJSON` (`Error`, `Map`, `RegExp`, one's own), invalid dates,
 *   cycles, anything nested too deeply, integers of more than 4300 digits, and what cannot be read at all
 */
export function fitForJson(value: unknown, options: FitOptions): Fitted {
  const walk: Walk = { maxDepth: MAX_DEPTH, ...options, path: [], above: [], isExact: false };
  try {
    return { value: copyOf(value, walk), isExact: walk.isExact };
  } catch (error) {
    if (error instanceof Unfit) throw error.refusal;
    // A getter, a proxy or a toJSON of the value: whatever it throws, the value cannot be sent.
    throw refusalAt(walk, 'cannot be read', error);
  }
}

interface Walk extends Required<Pick<FitOptions, 'name' | 'maxDepth'>>, Pick<FitOptions, 'takeBytes'> {
  /** Where the walk is. */
  readonly path: (string | number)[];
  /** The arrays and objects that the walk is inside of, outermost first. */
  readonly above: object[];
  isExact: boolean;
}

/** Carries our own refusal past what the value itself may throw. */
class Unfit extends Error {
  constructor(readonly refusal: EspalierError) {
    super(refusal.message);
  }
}

function copyOf(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'undefined':
      if (typeof walk.path.at(-1) === 'number') throw unfit(walk, 'is undefined, which JSON would turn into null');
      return undefined;
    case 'number':
      return numberOf(value, walk);
    case 'bigint':
      return bigintOf(value, walk);
    case 'object':
      return value === null ? null : objectOf(value, walk);
    default:
      throw unfit(walk, `is a ${typeof value}, which JSON cannot hold`);
  }
}

function numberOf(value: number, walk: Walk): number {
  if (!Number.isFinite(value)) throw unfit(walk, `is ${value}, which JSON cannot hold`);
  walk.isExact ||= !isPlainNumber(value);
  return value;
}

const BEYOND = 10n ** BigInt(MAX_DIGITS);

function bigintOf(value: bigint, walk: Walk): bigint {
  if (value >= BEYOND || value <= -BEYOND) throw unfit(walk, `is an integer of more than ${MAX_DIGITS} digits`);
  walk.isExact = true;
  return value;
}

function objectOf(value: object, walk: Walk): unknown {
  const again = walk.above.indexOf(value);
  if (again !== -1)
    throw unfit(walk, `is ${placeOf(walk.name, walk.path.slice(0, again))} again: JSON cannot hold a cycle`);
  if (walk.path.length >= walk.maxDepth) throw unfit(walk, `is nested deeper than ${walk.maxDepth} levels`);
  walk.above.push(value);
  const copy = standsFor(value, walk);
  walk.above.pop();
  return copy;
}

function standsFor(value: object, walk: Walk): unknown {
  if (value instanceof Uint8Array) return bytesOf(value, walk);
  if (!hasToJson(value)) return contentsOf(value, walk);
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw unfit(walk, 'is an invalid date, which JSON would turn into null');
  }
  const stands: unknown = value.toJSON();
  // As in JSON, what `toJSON` answers is not asked again.
  return typeof stands === 'object' && stands !== null ? contentsOf(stands, walk) : copyOf(stands, walk);
}

function bytesOf(value: Uint8Array, walk: Walk): unknown {
  if (!walk.takeBytes) throw unfit(walk, 'holds bytes, which JSON cannot: write them as text, in base64 say');
  walk.takeBytes(value, [...walk.path]);
  return null;
}

function contentsOf(value: object, walk: Walk): unknown {
  if (Array.isArray(value)) return Array.from(value, (item, index) => within(index, item, walk));
  const strange = strangenessOf(value);
  if (strange !== null) throw unfit(walk, strange);
  const fields = Object.entries(value).map(([key, item]) => [key, within(key, item, walk)] as const);
  return Object.fromEntries(fields.filter(([, item]) => item !== undefined));
}

function within(key: string | number, value: unknown, walk: Walk): unknown {
  walk.path.push(key);
  const copy = copyOf(value, walk);
  walk.path.pop();
  return copy;
}

/** What JSON would lose of an object, in words; null when it is a plain one, of whatever realm. */
function strangenessOf(value: object): string | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return null;
  const name = classOf(prototype);
  if (ArrayBuffer.isView(value)) return `is a ${name}: send its bytes as a Uint8Array`;
  if (value instanceof Error) return `is an error (${name}), which JSON would empty: send its message, or throw it`;
  if (value instanceof Map || value instanceof Set || value instanceof ArrayBuffer) {
    return `is a ${name}, which JSON would empty: send an object, an array or a Uint8Array`;
  }
  return `is an instance of ${name}, of which JSON would lose what makes it one: send a plain object, or give it toJSON`;
}

function classOf(prototype: unknown): string {
  const made = typeof prototype === 'object' && prototype !== null ? prototype.constructor : undefined;
  return typeof made === 'function' && made.name !== '' ? made.name : 'a class';
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function unfit(walk: Walk, fault: string): Unfit {
  return new Unfit(refusalAt(walk, fault));
}

function refusalAt({ name, path }: Walk, fault: string, cause?: unknown): EspalierError {
  return new EspalierError('ESP_INVALID', `${placeOf(name, path)} ${fault}`, { context: { path: [...path] }, cause });
}

/** Steps of a place that are told, at most; the context of the error has them all. */
const TOLD_STEPS = 20;

function placeOf(name: string, path: Path): string {
  const steps = path.slice(0, TOLD_STEPS).map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  return `${name}${steps.join('')}${path.length > TOLD_STEPS ? '…' : ''}`;
}
