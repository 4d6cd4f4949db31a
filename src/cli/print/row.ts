import type { SlotRow } from '../../index.js';
import { writeJson } from '../../json/write.js';

/** A committed row as one line of standard output, its fields in their documented order. */
export function formatRow(row: SlotRow): string {
  const { index, status, input, output, result, error, attempts, durationMs } = row;
  return writeJson({ index, status, input, output, result, error, attempts, durationMs });
}
