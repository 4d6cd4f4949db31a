import { isPlainNumber } from './plain.js';

/**
 * A value as JSON text that changes no number: integers of any size digit by digit, and a double that is whole but no exact
 * integer of JavaScript with a fraction or an exponent, so that a reader who knows both kinds takes it for a double.
 *
 * @param value what JSON knows, and `bigint`: see `fitForJson`
 * @example
 * writeJson({ id: 738527931269425001n, big: 2 ** 60 }); // '{"id":738527931269425001,"big":1152921504606847000.0}'
 */
export function writeJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return writeNumber(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${writeJson(item)}`).join(',')}}`;
}

function writeNumber(value: number): string {
  if (isPlainNumber(value) || !Number.isFinite(value)) return JSON.stringify(value);
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('e') ? text : `${text}.0`;
}
