import { EspalierError } from '../../errors.js';
import { toJson } from './json.js';

/** How large a value that a job is given or answers may be, as JSON in bytes, unless a store is opened with another limit. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;

/**
 * As `toJson`, for what is small: arguments, results and what is said beside them.
 *
 * @param limit in bytes
 * @throws EspalierError `ESP_INVALID` for what JSON would lose; `ESP_PAYLOAD` with `size` and `limit` when it is larger
 */
export function payload(value: unknown, what: string, limit: number): string {
  const text = toJson(value, what);
  // No character of it takes more than three bytes: what is far below the limit is not counted.
  if (text.length * 3 <= limit) return text;
  const size = Buffer.byteLength(text);
  if (size <= limit) return text;
  const says = `${what} takes ${size} bytes as JSON, more than the ${limit} of maxPayload: keep it in a file, and hand on its path`;
  throw new EspalierError('ESP_PAYLOAD', says, { context: { size, limit } });
}
