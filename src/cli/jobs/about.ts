import { formatTime } from '../../clock.js';
import type { JobRecord } from '../../index.js';
import { oneLine } from '../../one-line.js';

/** Characters of it in a table; `espalier job JOB` has all of it. */
const SHOWN = 80;

/** Why a job is as it is, in a few words: what it asks, what it is parked for, that it is to end, or what it ended with. */
export function aboutJob(job: Pick<JobRecord, 'parked' | 'wanted' | 'error' | 'asks' | 'endedAt'>): string {
  const text = wordsOf(job);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function wordsOf({ parked, wanted, error, asks, endedAt }: Parameters<typeof aboutJob>[0]): string {
  if (error !== null) return oneLine(error.message);
  if (wanted !== null) return `to end: ${wanted.wish}`;
  if (asks.length > 0 && endedAt === null) return `asks ${oneLine(asks.join(', '))}`;
  return parkedFor(parked);
}

function parkedFor(parked: JobRecord['parked']): string {
  if (parked === null) return '';
  const until = parked.until === null ? '' : ` until ${formatTime(parked.until)}`;
  return `${parked.reason.replaceAll('_', ' ')} ${parked.for}`.trim() + until;
}
