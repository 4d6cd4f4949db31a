import { z } from 'zod';
import { EspalierError } from '../../errors.js';

/** A column that holds JSON text of a known form. */
export function json<T>(form: z.ZodType<T>): z.ZodType<T> {
  return z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(form);
}

/**
 * A value as JSON text, made where the value was handed in, so that a value without a JSON form fails its own call alone.
 *
 * @throws `ESP_INVALID` when JSON cannot hold it
 */
export function toJson(value: unknown, what: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new EspalierError('ESP_INVALID', `${what} cannot be written as JSON: ${String(cause)}`, { cause });
  }
  if (text === undefined) {
    throw new EspalierError('ESP_INVALID', `${what} cannot be written as JSON: it is ${typeof value}`);
  }
  return text;
}
