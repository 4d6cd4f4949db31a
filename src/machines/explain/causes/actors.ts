import type { Finding } from '../findings/explanation.js';
import type { Facts } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { duration, evidence, ofType } from '../findings/words.js';

/** States that tell of trouble, in words. */
const TROUBLED: ReadonlyMap<string, string> = new Map([
  ['backingOff', 'backing off'],
  ['degraded', 'degraded'],
  ['failed', 'failed'],
  ['quarantined', 'quarantined'],
]);

/**
 * That an actor, or a host, is well. Said last: anything that is wrong comes before it, and while that stands it is not
 * said of what has ended or is in trouble.
 *
 * @param found what the other causes have found
 */
export function actorFindings(facts: Facts, found: readonly Finding[]): Finding[] {
  const { target, host } = facts;
  if (host === null || host.ended !== null || host.presence === 'gone') return [];
  if (target.kind === 'host') {
    const since = duration(facts.now - host.startedAt);
    const found = host.presence === 'living' ? 'is running' : 'is running by the word of the store';
    return [
      finding('running', {
        about: host.runId,
        sentences: [`Host ${host.runId} ${found}, since ${since}.`],
        at: host.startedAt,
      }),
    ];
  }
  if (target.kind !== 'actor') return [];
  const actor = facts.actors.find(({ path }) => path === target.path);
  // What is wrong below it is told already.
  if (!actor && found.some(({ standing }) => standing)) return [];
  if (!actor)
    return [
      finding('running', {
        about: target.path,
        sentences: [`${target.path} has given no cause for complaint.`],
        at: host.startedAt,
      }),
    ];
  const isTold = actor.state === 'exited' || TROUBLED.has(actor.state);
  if (isTold && found.some(({ standing }) => standing)) return [];
  const ready = ofType(facts.events, 'worker.ready').findLast(({ path }) => path === target.path);
  const evidenceOf = ready
    ? [evidence(ready, `ready after ${duration(ready.data.bootMs)}, pid ${ready.data.pid}`)]
    : [];
  if (actor.state === 'exited') {
    const sentences = [`${target.path} has ended, and nothing here says that it should not have.`] as const;
    return [finding('ended', { about: target.path, sentences, evidence: evidenceOf, at: actor.at })];
  }
  const sentences = [
    `${target.path} is ${TROUBLED.get(actor.state) ?? actor.state}, and has been for ${duration(facts.now - actor.at)}.`,
  ] as const;
  return [finding('running', { about: target.path, sentences, evidence: evidenceOf, at: actor.at })];
}
