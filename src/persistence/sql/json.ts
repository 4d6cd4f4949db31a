import { z } from 'zod';
import { asked, EspalierError } from '../../errors.js';
import { fitForJson } from '../../json/fit.js';
import { isPlain } from '../../json/plain.js';
import { readJson } from '../../json/read.js';
import { writeJson } from '../../json/write.js';

/** Arrays and objects inside each other: what is kept is not sent on, and a saved machine needs more than a message. */
const MAX_DEPTH = 1000;

/** A column that holds JSON text of a known form; its integers are exact, whatever their size. */
export function json<T>(form: z.ZodType<T>): z.ZodType<T> {
  return z.string().transform(readJson).pipe(form);
}

/**
 * A value as JSON text, made where the value was handed in, so that a value without a JSON form fails its own call alone.
 *
 * @param what what errors call the value
 * @throws EspalierError `ESP_INVALID` naming the place of what JSON would lose: see `fitForJson`
 */
export function toJson(value: unknown, what: string): string {
  if (value === undefined) throw new EspalierError('ESP_INVALID', `${what} is undefined, which JSON cannot hold`);
  const text = asked(() => (isPlain(value, MAX_DEPTH) ? JSON.stringify(value) : undefined));
  return text ?? writeJson(fitForJson(value, { name: what, maxDepth: MAX_DEPTH }).value);
}
