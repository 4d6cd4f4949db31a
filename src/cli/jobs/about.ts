import { formatTime } from '../../clock.js';
import type { JobRecord } from '../../index.js';
import { oneLine } from '../../one-line.js';

/** Characters of it in a table; `espalier job JOB` has all of it. */
const SHOWN = 80;

/** Why a job is as it is, in a few words: what it is parked for, that it is to end, or what it ended with. */
export function aboutJob({ parked, wanted, error }: Pick<JobRecord, 'parked' | 'wanted' | 'error'>): string {
  const text = error !== null ? oneLine(error.message) : wanted !== null ? `to end: ${wanted.wish}` : parkedFor(parked);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function parkedFor(parked: JobRecord['parked']): string {
  if (parked === null) return '';
  const until = parked.until === null ? '' : ` until ${formatTime(parked.until)}`;
  return `${parked.reason.replaceAll('_', ' ')} ${parked.for}`.trim() + until;
}
