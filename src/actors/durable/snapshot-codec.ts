import { EspalierError, isEspalierError, messageOf } from '../../errors.js';

/** Arrays and objects inside each other, at most. Each may become several in JSON. */
const MAX_DEPTH = 200;

/** The field that marks a value which JSON has no form for. */
const TAG = '$espalier';

/**
 * A value in a form that JSON carries. Beside what JSON knows it carries `Map`, `Set`, `Date`, `Error` (name, message,
 * stack, cause and own fields; not its class), `Uint8Array`, `bigint`, `undefined` and every number. An object's fields that
 * are undefined are left out.
 *
 * @throws EspalierError `ESP_SNAPSHOT` naming the place of what cannot be carried: functions, symbols, instances of classes,
 * circles, and what is nested deeper than 200 levels or throws when it is read
 * @example
 * decode(JSON.parse(JSON.stringify(encode({ seen: new Set([1]) })))); // { seen: new Set([1]) }
 */
export function encode(value: unknown): unknown {
  try {
    return encodeAt(value, '', new Set());
  } catch (error) {
    if (isEspalierError(error)) throw error;
    // A getter or a proxy in the value: whatever it throws, the value cannot be saved.
    const message = messageOf(error);
    throw new EspalierError('ESP_SNAPSHOT', `it holds what cannot be read, nor saved: ${message}`, { cause: error });
  }
}

/** The value that `encode` was given. */
export function decode(form: unknown): unknown {
  if (Array.isArray(form)) return form.map(decode);
  if (!isRecord(form)) return form;
  const tag = form[TAG];
  if (typeof tag !== 'string') return decodeFields(Object.entries(form));
  return decodeTagged(tag, form.value);
}

function encodeAt(value: unknown, place: string, above: Set<object>): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return isJsonNumber(value) ? value : tagged('Number', numberText(value));
  if (value === undefined) return tagged('undefined', null);
  if (typeof value === 'bigint') return tagged('BigInt', String(value));
  if (typeof value !== 'object') throw refused(place, `a ${typeof value}`);
  if (above.has(value)) throw refused(place, 'part of itself');
  if (above.size >= MAX_DEPTH) throw refused(place, `nested deeper than ${MAX_DEPTH} levels`);
  above.add(value);
  const form = encodeObject(value, place, above);
  above.delete(value);
  return form;
}

function encodeObject(value: object, place: string, above: Set<object>): unknown {
  const each = (item: unknown, name: string | number) => encodeAt(item, `${place}[${name}]`, above);
  if (Array.isArray(value)) return Array.from(value, each);
  if (value instanceof Date) return tagged('Date', Number.isNaN(value.getTime()) ? null : value.getTime());
  if (value instanceof Map)
    return tagged(
      'Map',
      [...value].map(([key, item]) => [each(key, 'key'), each(item, String(key))]),
    );
  if (value instanceof Set) return tagged('Set', [...value].map(each));
  if (value instanceof Uint8Array) return tagged('Uint8Array', Buffer.from(value).toString('base64'));
  if (value instanceof Error) return tagged('Error', encodeFields(errorFields(value), place, above));
  if (!isPlain(value)) throw refused(place, `an instance of ${value.constructor?.name ?? 'a class'}`);
  const fields = encodeFields(Object.entries(value), place, above);
  // A field of that name would be taken for the mark.
  return TAG in value ? tagged('Object', Object.entries(fields)) : fields;
}

function encodeFields(fields: readonly (readonly [string, unknown])[], place: string, above: Set<object>) {
  const known = fields.filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, encodeAt(value, `${place}.${name}`, above)]));
}

function errorFields(error: Error): readonly (readonly [string, unknown])[] {
  const { name, message, stack, cause } = error;
  return [...Object.entries(error), ...Object.entries({ name, message, stack, cause })];
}

function decodeTagged(tag: string, value: unknown): unknown {
  switch (tag) {
    case 'Number':
      return Number(value);
    case 'undefined':
      return undefined;
    case 'BigInt':
      return BigInt(String(value));
    case 'Date':
      return new Date(value === null ? Number.NaN : Number(value));
    case 'Map':
      return new Map(pairs(value).map(([key, item]) => [decode(key), decode(item)]));
    case 'Set':
      return new Set(items(value).map(decode));
    case 'Uint8Array':
      return new Uint8Array(Buffer.from(String(value), 'base64'));
    case 'Error':
      return decodeError(isRecord(value) ? value : {});
    case 'Object':
      return decodeFields(pairs(value).map(([name, item]) => [String(name), item]));
    default:
      throw new EspalierError('ESP_SNAPSHOT', `a saved value of the unknown kind '${tag}'`);
  }
}

function decodeFields(fields: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(fields.map(([name, value]) => [name, decode(value)]));
}

function decodeError(fields: Readonly<Record<string, unknown>>): Error {
  const error = new Error();
  for (const [name, value] of Object.entries(fields)) {
    const enumerable = !['name', 'message', 'stack', 'cause'].includes(name);
    Object.defineProperty(error, name, { value: decode(value), enumerable, configurable: true, writable: true });
  }
  return error;
}

function tagged(tag: string, value: unknown): Readonly<Record<string, unknown>> {
  return { [TAG]: tag, value };
}

function isJsonNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function pairs(value: unknown): readonly (readonly unknown[])[] {
  return items(value).map(items);
}

function refused(place: string, what: string): EspalierError {
  const at = place.replace(/^\./, '') || 'it';
  return new EspalierError('ESP_SNAPSHOT', `${at} is ${what}, which cannot be saved`, { context: { place: at } });
}
