import type { WorkerCause } from '../../worker/worker-cause.js';
import { type CrashReason, describeCrash, reasonOf } from '../findings/crashes.js';
import type { Finding } from '../findings/explanation.js';
import type { Facts } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { type Story, storiesOf } from '../findings/stories.js';
import {
  count,
  duration,
  errorText,
  evidence,
  groupBy,
  how,
  lastWords,
  ofType,
  quoting,
  stackLines,
} from '../findings/words.js';

/** So many crashes in a row are a loop. */
const LOOP = 3;

/** Workers and services that end when nobody asked them to: why, how often, and what became of their seats. */
export function workerFindings(facts: Facts): Finding[] {
  const alike = groupBy(storiesOf(facts), (story) => `${story.pool} ${reasonOf(story.last.data)} ${isBoot(story)}`);
  return [...alike.values()].flatMap((stories) => {
    const story = stories.at(-1);
    return story ? [findingOf(facts, story, stories.length - 1)] : [];
  });
}

function findingOf(facts: Facts, story: Story, others: number): Finding {
  const { crashes, last, worker, standing, pool } = story;
  const reason = reasonOf(last.data);
  const more = others > 0 ? [`So did ${count(others, 'more seat')} of ${pool}.`] : [];
  const rest = [...consequence(facts, story, reason), ...lastWords(last.data.stderr), ...more, ...recovered(story)];
  const seen = crashes.map((crash) => evidence(crash, `${crash.path} ${describeCrash(crash.data)}`));
  const base = { about: story.seat, standing, at: last.at };
  switch (reason) {
    case 'memory':
      return finding('memory', { ...base, sentences: [memory(story), ...rest], evidence: seen });
    case 'protocol_error': {
      const what = last.data.error ? errorText(last.data.error) : 'nobody kept what it said';
      const first = `${worker} broke the worker protocol and was killed${times(story)}: ${what}.`;
      return finding('protocol_error', { ...base, sentences: [first, ...rest], evidence: seen });
    }
    case 'unresponsive':
      return finding('unresponsive', { ...base, ...unresponsive(facts, story, rest, seen) });
    case 'spawn_failure': {
      const why = last.data.error ? errorText(last.data.error) : 'nobody knows why';
      return finding('spawn_failure', {
        ...base,
        sentences: [`${worker} could not be started${times(story)}: ${why}.`, ...rest],
        evidence: seen,
      });
    }
    case 'killed':
    case 'nonzero_exit':
      return ended(story, reason, rest, { ...base, evidence: seen });
    default:
      return reason satisfies never;
  }
}

function ended(
  story: Story,
  reason: 'killed' | 'nonzero_exit',
  rest: readonly string[],
  base: Omit<Finding, 'cause' | 'sentences' | 'advice'>,
): Finding {
  const { seat, worker, crashes, last, standing, hasServed } = story;
  if (isBoot(story)) {
    const boots = `${seat} ${hasServed ? 'did not become' : 'never became'} ready: ${count(story.closedAfter ?? crashes.length, 'boot')} in a row failed, the last ${how(last.data)}.`;
    return finding('boot_failure', { ...base, sentences: [boots, ...rest] });
  }
  if (crashes.length >= LOOP) {
    const span = duration(last.at - crashes[0].at);
    const loop = `${worker} ${standing ? 'is' : 'was'} in a crash loop: it ended ${crashes.length} times within ${span}, the last time ${how(last.data)}.`;
    return finding('crash_loop', { ...base, sentences: [loop, ...rest], advice: mending(last.data.stderr) });
  }
  if (reason === 'nonzero_exit') {
    return finding('nonzero_exit', {
      ...base,
      sentences: [`${worker} ended by itself ${how(last.data)}${times(story)}.`, ...rest],
    });
  }
  // What signals other than SIGKILL say, the kernel's out-of-memory killer has nothing to do with.
  const advice = last.data.signal === 'SIGKILL' ? {} : { advice: null };
  return finding('killed', { ...base, sentences: [killed(story), ...rest], ...advice });
}

/** What to do about a program that ends again and again, whoever starts it. */
function mending(stderr: string): string {
  return stderr.trim() === ''
    ? 'It said nothing on standard error: run its command by hand, and mend what ends it.'
    : 'Look at its last words, and mend what ends it.';
}

/** Whether it never got as far as being ready. */
function isBoot({ crashes, closedAfter }: Story): boolean {
  return closedAfter !== null || (crashes.length >= LOOP && crashes.every(({ data }) => !data.served));
}

function killed({ worker, last }: Story): string {
  const { signal } = last.data;
  if (signal !== 'SIGKILL') return `${worker} was ended by ${signal}, which nobody here sent.`;
  return `${worker} was killed by SIGKILL, which nobody here sent; no out-of-memory kill of the kernel was counted with it.`;
}

function memory(story: Story): string {
  const { worker, last } = story;
  const { oomKills } = last.data;
  const proof =
    oomKills > 0
      ? `the kernel counted ${count(oomKills, 'out-of-memory kill')} at that moment`
      : 'its last words say so';
  return `${worker} ran out of memory and ended ${how(last.data)}${times(story)}: ${proof}.`;
}

const OVERDUE: Partial<Record<WorkerCause, string>> = {
  boot_timeout: 'it was not ready in time',
  timed_out: 'it ran longer than it may',
};

function unresponsive(facts: Facts, story: Story, rest: readonly string[], seen: Finding['evidence']) {
  const { worker, last } = story;
  const { cause, error, pid } = last.data;
  const what = OVERDUE[cause] ?? (error ? errorText(error) : 'it did not answer');
  const silence = ofType(facts.events, 'worker.unresponsive').findLast((event) => event.data.pid === pid);
  const stack = silence ? quoting('What it was doing', stackLines(silence.data.stack)) : [];
  const first = `${worker} hung and was killed${times(story)}: ${what}.`;
  return {
    sentences: [first, ...stack, ...rest] as const,
    evidence: silence ? [evidence(silence, silenceOf(silence.data)), ...seen] : seen,
  };
}

function silenceOf({ pid, silentMs, cpuMs }: { pid: number; silentMs: number; cpuMs: number | null }): string {
  const cpu = cpuMs === null ? '' : `, ${duration(cpuMs)} of CPU time used`;
  return `pid ${pid} was silent for ${duration(silentMs)}${cpu}`;
}

function times({ crashes, last }: Story): string {
  if (crashes.length === 1) return '';
  return `, ${crashes.length} times within ${duration(last.at - crashes[0].at)}`;
}

function recovered({ standing, seat }: Story): string[] {
  return standing ? [] : [`That is over: ${seat} has a worker that is ready.`];
}

/** What the series has led to. */
function consequence({ events }: Facts, { seat, pool, last, closedAfter }: Story, reason: CrashReason): string[] {
  if (closedAfter === null) return [];
  const isPlain = reason === 'killed' || reason === 'nonzero_exit';
  const closed = isPlain
    ? `The seat ${seat} is closed.`
    : `${count(closedAfter, 'boot')} in a row failed so, and the seat ${seat} is closed.`;
  const hasEnded = ofType(events, 'actor.crashed').some(
    ({ path, seq, data }) => path === pool && seq > last.seq && data.error.code === 'ESP_START',
  );
  return hasEnded ? [closed, `With it ended the pool ${pool}, none of whose workers had ever been ready.`] : [closed];
}
