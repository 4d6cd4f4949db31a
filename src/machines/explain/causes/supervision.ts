import type { ErrorRecord } from '../../../errors.js';
import type { JournalEvent } from '../../events.js';
import type { Finding } from '../findings/explanation.js';
import { type Facts, lastMoment } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { count, duration, errorText, evidence, groupBy, ofType, whereThrown } from '../findings/words.js';

/** So many crashes within so many milliseconds are a loop. */
const LOOP = 3;
const LOOP_MS = 60_000;
/** A crash is history once its actor has held so long, in milliseconds. */
const STEADY_MS = 60_000;

type Crash = Extract<JournalEvent, { type: 'actor.crashed' }>;
type Restart = Extract<JournalEvent, { type: 'actor.restarted' }>;

/** Crashes of actors, and what their supervisors did about them. */
export function supervisionFindings(facts: Facts): Finding[] {
  return [...crashes(facts), ...siblings(facts), ...escalations(facts)];
}

function crashes(facts: Facts): Finding[] {
  const byPath = groupBy(ofType(facts.events, 'actor.crashed'), ({ path = '' }) => path);
  return [...byPath.values()].flatMap((all) => {
    const last = all.at(-1);
    return last
      ? [
          crashed(
            facts,
            all.filter(({ at }) => last.at - at <= LOOP_MS),
            last,
          ),
        ]
      : [];
  });
}

function crashed(facts: Facts, all: readonly Crash[], last: Crash): Finding {
  const path = last.path ?? '';
  const { error } = last.data;
  const restarts = ofType(facts.events, 'actor.restarted').filter(
    (event) => event.path === path && event.seq > (all[0]?.seq ?? 0),
  );
  const again = restarts.some(({ seq }) => seq > last.seq);
  const fate = again ? 'Its supervisor started it again.' : 'It has not been started again so far.';
  const isLoop = all.length >= LOOP && error.code !== 'ESP_WORKER_BOOT' && error.code !== 'ESP_START';
  const standing = !again || (isLoop && lastMoment(facts) - last.at < STEADY_MS);
  const loop = `${path} ${standing ? 'is' : 'was'} in a crash loop: it crashed ${all.length} times within ${duration(last.at - (all[0]?.at ?? 0))}, the last time with ${errorText(error)}.`;
  return finding(isLoop ? 'crash_loop' : 'actor_crash', {
    about: path,
    sentences: [isLoop ? loop : `${ended(path, error)}.`, fate],
    evidence: [
      ...all.map((event) => evidence(event, `${path} crashed: ${errorText(event.data.error)}`)),
      ...whereThrown(last, error),
      ...restarts.map(restarted),
    ].sort(bySeq),
    standing,
    at: last.at,
  });
}

/** A failed start names its own path already. */
function ended(path: string, error: ErrorRecord): string {
  if (error.code !== 'ESP_START') return `${path} crashed: ${errorText(error)}`;
  return error.message.startsWith(`${path} `) ? errorText(error) : `${path} ended: ${errorText(error)}`;
}

function restarted(event: Restart) {
  return evidence(event, `${event.path} was started again: ${event.data.reason}`);
}

/** A restart that a strategy takes along names the sibling. */
function siblings(facts: Facts): Finding[] {
  const { target } = facts;
  if (target.kind !== 'actor') return [];
  const along = ofType(facts.events, 'actor.restarted').filter(
    ({ path, data }) => path === target.path && data.reason.startsWith('with '),
  );
  const last = along.at(-1);
  if (!last) return [];
  const sibling = last.data.reason.slice('with '.length);
  return [
    finding('sibling_crash', {
      about: target.path,
      sentences: [
        `${target.path} was restarted because ${sibling} was: the strategy of their supervisor takes it along.`,
        `${count(along.length, 'restart')} of it ${along.length === 1 ? 'has' : 'have'} that reason.`,
      ],
      evidence: along.map(restarted),
      standing: false,
      at: last.at,
    }),
  ];
}

function escalations(facts: Facts): Finding[] {
  return ofType(facts.events, 'supervisor.escalated').map((event) => {
    const { intensity, periodMs, reason } = event.data;
    const again = ofType(facts.events, 'actor.restarted').some(
      ({ path, seq }) => path === event.path && seq > event.seq,
    );
    return finding('escalation', {
      about: event.path ?? '',
      sentences: [
        `The supervisor ${event.path} gave up: more than ${count(intensity, 'restart')} within ${duration(periodMs)}. It stopped its children and ended.`,
        `The last end was: ${reason}.`,
      ],
      evidence: [evidence(event, `${event.path} escalated`)],
      standing: !again,
      at: event.at,
    });
  });
}

function bySeq(a: { seq: number | null }, b: { seq: number | null }): number {
  return (a.seq ?? 0) - (b.seq ?? 0);
}
