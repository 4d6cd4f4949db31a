import type { JournalEvent } from '../../events.js';
import { tellHostCrash } from '../../exits/host-crash.js';
import { ADVICE } from '../findings/advice.js';
import type { Finding } from '../findings/explanation.js';
import { type Facts, type HostFact, isHostsAffair } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { duration, evidence, ofType, whereThrown } from '../findings/words.js';

type Crash = Extract<JournalEvent, { type: 'host.crashed' }>;

/** A heartbeat that was on its way when the process ended may arrive so much later, in milliseconds. */
const LAST_BEAT_MS = 1000;

/** What happened to the host itself, or to the process that starts its processes. */
export function hostFindings(facts: Facts): Finding[] {
  const { host } = facts;
  return host === null || !isHostsAffair(facts)
    ? []
    : [...lost(facts, host), ...stopped(facts, host), ...forkers(facts, host)];
}

function lost(facts: Facts, host: HostFact): Finding[] {
  if (host.ended === 'stopped' || (host.ended === null && host.presence !== 'gone')) return [];
  const { runId, heartbeatAt, startedAt } = host;
  const crash = crashOf(facts, host);
  const seen = Math.max(heartbeatAt, crash?.at ?? 0);
  // Its start counts as a heartbeat: what it was seen doing after that is in the journal.
  const lived =
    seen > startedAt
      ? `Its last sign of life came ${duration(seen - startedAt)} after its start.`
      : 'It died before its first heartbeat after its start.';
  const fenced = ofType(facts.events, 'host.fenced').filter(({ data }) => data.fenced === runId);
  const by = fenced.at(-1);
  const found = by
    ? `${by.data.by ? `Host ${by.data.by}` : 'A command line'} found that and took over what it left.`
    : `Nobody has taken over what it left yet: what the store calls live or running is not.`;
  return [
    finding('lost_host', {
      about: runId,
      sentences: [howLost(host, crash), lived, found],
      ...(crash ? { advice: `${MEND[crash.data.origin]} ${ADVICE.lost_host}` } : {}),
      evidence: [
        crash
          ? evidence(crash, tellHostCrash(crash.data))
          : { seq: null, at: heartbeatAt, text: `last heartbeat of ${runId}` },
        ...(crash ? whereThrown(crash, crash.data.error) : []),
        ...fenced.map((event) => evidence(event, `declared dead by ${event.data.by || 'a command line'}`)),
      ],
      at: host.endedAt ?? Math.max(heartbeatAt, crash?.at ?? 0),
    }),
  ];
}

const MEND = {
  uncaughtException: 'Mend what threw.',
  unhandledRejection: 'Mend what rejected, or handle it.',
  exit: 'Call "system.stop()" before the process leaves.',
} as const;

function howLost({ runId, pid }: HostFact, crash: Crash | undefined): string {
  if (crash) return `The host ${runId} (pid ${pid}) ${tellHostCrash(crash.data)}.`;
  return `The host ${runId} (pid ${pid}) died without saying so: it was killed, or its machine went down.`;
}

/** What its process said at its last moment, unless it lived on: a host may catch what nobody else did. */
function crashOf({ events }: Facts, { runId, heartbeatAt }: HostFact): Crash | undefined {
  const last = ofType(events, 'host.crashed').findLast((event) => event.runId === runId);
  return last && heartbeatAt - last.at <= LAST_BEAT_MS ? last : undefined;
}

function stopped(facts: Facts, { runId, ended, endedAt }: HostFact): Finding[] {
  if (ended !== 'stopped' || endedAt === null) return [];
  const events = ofType(facts.events, 'host.ended').filter((event) => event.runId === runId);
  return [
    finding('ended', {
      about: runId,
      sentences: [`Its host ${runId} was stopped in order, and everything in it with it.`],
      evidence: events.map((event) => evidence(event, `host ${runId} stopped`)),
      at: endedAt,
    }),
  ];
}

/** A forker that ends takes the processes with it; another one is started. The last one ends with its host. */
function forkers(facts: Facts, host: HostFact): Finding[] {
  const lostOnes = ofType(facts.events, 'forker.exited').filter(
    (event) =>
      event.runId === host.runId &&
      ofType(facts.events, 'forker.started').some(({ seq, runId }) => runId === event.runId && seq > event.seq),
  );
  const last = lostOnes.at(-1);
  if (!last) return [];
  const times = lostOnes.length === 1 ? '' : ` (${lostOnes.length} times)`;
  return [
    finding('lost_forker', {
      about: host.runId,
      sentences: [
        `The process that starts and holds the host's programs (pid ${last.data.pid}) was lost${times}, and all of them ended with it.`,
        'Another one was started, and their supervisors start them again.',
      ],
      evidence: lostOnes.map((event) => evidence(event, `forker ${event.data.pid} ended`)),
      standing: false,
      at: last.at,
    }),
  ];
}
