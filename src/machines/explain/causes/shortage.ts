import type { Finding } from '../findings/explanation.js';
import type { Facts } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { count, duration, evidence, ofType } from '../findings/words.js';

/** A machine that was short of something, so that programs waited to be started. */
export function shortageFindings(facts: Facts): Finding[] {
  const { events, host } = facts;
  const began = ofType(events, 'shortage.began').at(-1);
  if (began === undefined || host === null) return [];
  const ended = ofType(events, 'shortage.ended').findLast(({ seq }) => seq > began.seq);
  const lives = host.ended === null && host.presence !== 'gone';
  const { text, running } = began.data;
  const goesOn = ended === undefined && lives;
  const rest = ended
    ? `It was over after ${duration(ended.data.lastedMs)}; ${count(ended.data.waited, 'program')} waited.`
    : `They are tried again whenever one ends, and every few seconds. That is no failure of theirs.`;
  return [
    finding('shortage', {
      about: host.runId,
      sentences: [
        `Programs ${goesOn ? 'wait' : 'waited'} to be started: ${text}.`,
        `${count(running, 'program')} of this host ran when that began.`,
        ...(ended || goesOn ? [rest] : []),
      ],
      evidence: [evidence(began, text), ...(ended ? [evidence(ended, 'the shortage was over')] : [])],
      standing: goesOn,
      at: ended?.at ?? began.at,
    }),
  ];
}
