import type { Finding } from '../findings/explanation.js';
import type { Facts } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { evidence, ofType } from '../findings/words.js';

/** Processes that could not be proven gone, and seats that stay closed because of them. */
export function suspectFindings(facts: Facts): Finding[] {
  return [...quarantined(facts), ...listed(facts)];
}

/** Also by the word for it of before. */
function closings({ events }: Facts) {
  return [...ofType(events, 'slot.quarantined'), ...ofType(events, 'seat.quarantined')].sort((a, b) => a.seq - b.seq);
}

function quarantined(facts: Facts): Finding[] {
  const closed = closings(facts);
  const suspects = ofType(facts.events, 'process.suspect');
  const last = closed.at(-1);
  if (!last) return [];
  const seat = last.path ?? 'a seat';
  const reopened = ofType(facts.events, 'worker.ready').some(
    ({ path, seq }) => seq > last.seq && path?.startsWith(`${seat}/`),
  );
  return [
    finding('suspect', {
      about: seat,
      sentences: [
        `The seat ${seat} is closed because what ran in it could not be proven gone: ${last.data.reason}.`,
        'What cannot be proven ours is never killed, and nothing is started beside it.',
      ],
      evidence: [...suspects, ...closed]
        .sort((a, b) => a.seq - b.seq)
        .map((event) =>
          event.type === 'process.suspect'
            ? evidence(event, `pid ${event.data.pid} is suspect: ${event.data.reason}`)
            : evidence(event, `${event.path} is in quarantine: ${event.data.reason}`),
        ),
      standing: !reopened,
      at: last.at,
    }),
  ];
}

/** Registrations that stand as suspect without a seat in quarantine: of executions, and of dead hosts. */
function listed(facts: Facts): Finding[] {
  if (closings(facts).length > 0) return [];
  const suspect = facts.processes.find(({ state }) => state === 'suspect');
  if (!suspect) return [];
  const about = suspect.jobId ?? suspect.path;
  const events = ofType(facts.events, 'process.suspect');
  const reason = events.at(-1)?.data.reason ?? 'nobody kept the reason';
  return [
    finding('suspect', {
      about,
      sentences: [
        `The process of ${about} (pid ${suspect.pid ?? 'unknown'}) is suspect: it could not be proven gone, nor proven ours (${reason}).`,
        'It was left alone.',
      ],
      evidence: events.map((event) => evidence(event, `pid ${event.data.pid} is suspect: ${event.data.reason}`)),
      at: events.at(-1)?.at ?? facts.now,
    }),
  ];
}
