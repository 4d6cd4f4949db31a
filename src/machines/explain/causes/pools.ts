import { oneLine } from '../../../one-line.js';
import { byteText } from '../../../stream-text.js';
import type { JournalEvent } from '../../events.js';
import type { Finding } from '../findings/explanation.js';
import { type Facts, lastMoment } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { count, duration, evidence, groupBy, ofType, short } from '../findings/words.js';

/** A queue that was full within this time has a consumer that is too slow now, in milliseconds. */
const RECENT_MS = 60_000;

type Recycled = Extract<JournalEvent, { type: 'worker.recycled' }>['data'];
type Overflow = Extract<JournalEvent, { type: 'queue.overflowed' }>;

/** Pools that cannot serve, and pools that cannot serve fast enough. */
export function poolFindings(facts: Facts): Finding[] {
  return [...overflows(facts), ...degraded(facts), ...recycled(facts)];
}

function overflows(facts: Facts): Finding[] {
  const byPool = groupBy(ofType(facts.events, 'queue.overflowed'), ({ path = '' }) => path);
  return [...byPool.values()].flatMap((events) => {
    const last = events.at(-1);
    const [first] = events;
    return first && last ? [overflow(facts, events, first, last)] : [];
  });
}

function overflow(facts: Facts, events: readonly Overflow[], first: Overflow, last: Overflow): Finding {
  const { policy, limit } = last.data;
  const times = events.reduce((sum, { data }) => sum + data.times, 0);
  const span = events.length === 1 ? 'at once' : `within ${duration(last.at - first.at)}`;
  return finding('slow_consumer', {
    about: last.path ?? '',
    sentences: [
      `The workers of ${last.path} are slower than what is asked of them: its queue was full (limit ${limit}, policy ${policy}).`,
      `${count(times, 'piece')} of work met the full queue ${span}.`,
      WHAT_BECAME[policy],
    ],
    evidence: events.map((event) => evidence(event, `${event.path}: full, ${count(event.data.times, 'time')}`)),
    standing: lastMoment(facts) - last.at < RECENT_MS,
    at: last.at,
  });
}

const WHAT_BECAME = {
  reject: 'Each was refused with ESP_QUEUE_FULL.',
  wait: 'Each waited with its caller until there was room.',
  'drop-oldest': 'Each took the place of the oldest that waited, which was refused with ESP_QUEUE_FULL.',
} as const;

function degraded(facts: Facts): Finding[] {
  const byPool = groupBy(
    [...ofType(facts.events, 'pool.ready'), ...ofType(facts.events, 'pool.degraded')],
    ({ path = '' }) => path,
  );
  return [...byPool].flatMap(([path, events]) => {
    const last = events.toSorted((a, b) => a.seq - b.seq).at(-1);
    if (last?.type !== 'pool.degraded') return [];
    return [
      finding('degraded', {
        about: path,
        sentences: [`The pool ${path} is degraded: ${none(last.data.size)} can take work.`],
        evidence: [evidence(last, `${path} degraded`)],
        at: last.at,
      }),
    ];
  });
}

function none(seats: number): string {
  return seats === 1 ? 'not even its only seat' : `none of its ${count(seats, 'seat')}`;
}

/** Workers that made way for others: worn, by their own wish, or asked to. */
function recycled(facts: Facts): Finding[] {
  const all = ofType(facts.events, 'worker.recycled');
  const last = all.at(-1);
  if (!last) return [];
  const path = last.path ?? '';
  return [
    finding('recycled', {
      about: path,
      sentences: [`${path} was replaced by another worker: ${why(last.data)}.`],
      evidence: all.map((event) => evidence(event, `${event.path} recycled: ${why(event.data)}`)),
      standing: false,
      at: last.at,
    }),
  ];
}

function why({ reason, detail, calls, ageMs, rss }: Recycled): string {
  switch (reason) {
    case 'maxCalls':
      return `it had answered ${count(calls, 'call')} (maxCalls)`;
    case 'ttl':
      return `it had served for ${duration(ageMs)} (ttl)`;
    case 'idleTtl':
      return 'it had no work for too long (idleTtl)';
    case 'maxRss':
      return `it took ${rss === null ? 'too much' : `${byteText(rss)} of`} memory (maxRss)`;
    case 'wish':
      return detail === '' ? 'it asked for that' : `it asked for that: "${short(oneLine(detail))}"`;
    case 'asked':
      return 'its pool was told to recycle its workers';
    default:
      return reason satisfies never;
  }
}
