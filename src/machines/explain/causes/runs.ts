import type { JournalEvent } from '../../events.js';
import type { FailedRow } from '../../work/attempt.js';
import { NEVER_STARTED } from '../findings/advice.js';
import type { Finding } from '../findings/explanation.js';
import type { Facts, RunFact } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { count, duration, errorText, evidence } from '../findings/words.js';

/** What holds a run up, or how it ended. */
export function runFindings(facts: Facts): Finding[] {
  const { target, run } = facts;
  if (target.kind !== 'run' || run === null) return [];
  return [status(facts, run), ...failures(run)];
}

function status(facts: Facts, run: RunFact): Finding {
  const committed = Object.values(run.counts).reduce((sum, number) => sum + number, 0);
  const far = `${committed} of ${run.total} slots are committed.`;
  const base = { about: run.run, at: run.updatedAt, evidence: changes(facts, run) };
  switch (run.status) {
    case 'completed':
      return finding('ended', {
        ...base,
        sentences: [`Run ${run.run} is completed: ${run.counts.succeeded} of ${run.total} slots succeeded.`],
      });
    case 'paused':
      return finding('paused', { ...base, sentences: [`Run ${run.run} is paused.`, far] });
    case 'stopped':
      return finding('stopped', { ...base, sentences: [`Run ${run.run} was stopped by somebody.`, far] });
    case 'interrupted':
      return finding('interrupted', {
        ...base,
        sentences: [`Run ${run.run} was interrupted: ${reasonOf(facts, run)}.`, far],
      });
    case 'created':
      return finding('interrupted', {
        ...base,
        sentences: [`Run ${run.run} was never started: its slots were not all written.`],
        advice: NEVER_STARTED,
      });
    case 'running':
      return running(facts, run, far, base);
    default:
      return run.status satisfies never;
  }
}

function running({ host, now }: Facts, run: RunFact, far: string, base: { about: string; at: number }): Finding {
  if (host?.presence === 'gone' || host?.ended === 'dead') {
    return finding('interrupted', {
      ...base,
      sentences: [`Run ${run.run} does not go on: the host that drove it is gone.`, far],
    });
  }
  const wish = run.wish === null ? [] : [`It was asked to ${run.wish}.`];
  const at = `${count(run.executing, 'slot')} at work, ${run.policy.concurrency} at most`;
  return finding('running', {
    ...base,
    sentences: [
      `Run ${run.run} is going on: ${at}; it last changed ${duration(now - run.updatedAt)} ago.`,
      far,
      ...wish,
    ],
  });
}

function failures({ run, counts, failures: known }: RunFact): Finding[] {
  const failed = counts.failed + counts.timed_out;
  const [first, ...rest] = known.filter(({ status: is }) => is === 'failed' || is === 'timed_out');
  if (failed === 0 || !first) return [];
  const alike = rest.filter((failure) => reason(failure) === reason(first)).length;
  const others = alike > 0 ? [`${alike + 1} of the first ${rest.length + 1} ended that way.`] : [];
  return [
    finding('failed_slots', {
      about: run,
      sentences: [
        `${count(failed, 'slot')} of run ${run} did not succeed; the first is ${first.index}: ${reason(first)}.`,
        ...others,
      ],
      evidence: [first, ...rest].map((failure) => ({
        seq: null,
        at: 0,
        text: `${run}:${failure.index} ${reason(failure)}`,
      })),
      at: 0,
    }),
  ];
}

function reason({ status: is, error }: FailedRow): string {
  return error ? errorText(error) : is.replace('_', ' ');
}

type Change = Extract<JournalEvent, { type: `run.${string}` }>;

function changesOf(facts: Facts, { run }: RunFact): Change[] {
  return facts.events.filter(
    (event): event is Change => event.type.startsWith('run.') && 'run' in event.data && event.data.run === run,
  );
}

function changes(facts: Facts, run: RunFact) {
  return changesOf(facts, run).map((event) =>
    evidence(event, `${event.type.replace('.', ' ')} by host ${event.runId}`),
  );
}

function reasonOf(facts: Facts, run: RunFact): string {
  const last = changesOf(facts, run).findLast(({ type }) => type === 'run.interrupted');
  return last?.type === 'run.interrupted' ? last.data.reason : 'nobody kept the reason';
}
