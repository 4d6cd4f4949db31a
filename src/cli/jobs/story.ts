import { formatTime } from '../../clock.js';
import type { Finding, JobStory } from '../../index.js';
import { writeJson } from '../../json/write.js';
import { oneLine } from '../../one-line.js';
import { formatCounts } from '../print/progress.js';
import { type Cells, formatDuration, formatTable, printable } from '../print/table.js';

/** Relatives that are named; of more only their number and their states are told. */
const NAMED = 8;
/** Characters of an input and of a result; `--json` has all of them. */
const SHOWN = 2000;

/** A job's whole story, on one screen. @param why what holds of it now */
export function describeJob(story: JobStory, why: readonly Finding[], now: number): string[] {
  const { queue, method, version, key, parent, retryOf, meta, limits, error, executions } = story;
  return [
    field('job', `${story.jobId}${retryOf === null ? '' : ` (a retry of ${retryOf})`}`),
    field('state', story.state),
    ...why
      .flatMap(({ sentences }) => sentences.flatMap((sentence) => sentence.split('\n')))
      .map((line) => field('', line)),
    ...why.flatMap(({ advice }) => (advice === null ? [] : [field('to do', advice)])),
    field('queue', [queue, ...some('method', method), ...some('version', version)].join(', ')),
    ...some('', key).map((text) => field('key', text)),
    field('submitted', `${formatTime(story.submittedAt)} UTC`),
    ...(story.endedAt === null ? [] : [field('ended', `${formatTime(story.endedAt)} UTC`)]),
    field('time', timesOf(story, now).join(', ')),
    field('settings', settingsOf(story).join(', ')),
    ...(limits.length === 0 ? [] : [field('limits', limits.join(', '))]),
    ...some('', parent).map((text) => field('parent', text)),
    ...relatives('after', story.after),
    ...relatives('waits for', story.awaits),
    ...relatives('children', story.children),
    field('input', shownValue(story.input)),
    ...(meta === null ? [] : [field('meta', shownValue(meta))]),
    ...progressOf(story),
    ...questionsOf(story),
    ...attemptsOf(executions),
    ...(error === null ? [] : [field('error', `${oneLine(error.message)} (${error.code})`)]),
    ...(story.result === undefined ? [] : [field('result', shownValue(story.result))]),
  ];
}

function field(name: string, text: string): string {
  return `${name.padEnd(10)} ${printable(text)}`.trimEnd();
}

function some(what: string, value: string | null): string[] {
  return value === null ? [] : [`${what} ${value}`.trim()];
}

function shownValue(value: unknown): string {
  const text = writeJson(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters; --json prints all)` : text;
}

/** How its time was used. */
function timesOf({ submittedAt, endedAt, executions }: JobStory, now: number): string[] {
  const all = Math.max(0, (endedAt ?? now) - submittedAt);
  const ran = executions.reduce(
    (sum, { ranMs, startedAt, endedAt: end }) => sum + (ranMs ?? (end ?? now) - startedAt),
    0,
  );
  const since = endedAt === null ? `${formatDuration(all)} since it was submitted` : `${formatDuration(all)} in all`;
  if (executions.length === 0) return [since];
  return [since, `${formatDuration(ran)} in attempts`, `${formatDuration(Math.max(0, all - ran))} waiting`];
}

function settingsOf({ priority, policy, notBefore, deadline, alone }: JobStory): string[] {
  const { attempts, timeoutMs, onLost } = policy;
  return [
    `priority ${priority}`,
    attempts === 1 ? 'tried once' : `up to ${attempts} attempts`,
    timeoutMs === null ? 'no timeout' : `timeout ${formatDuration(timeoutMs)}`,
    `on loss ${onLost}`,
    ...(notBefore === null ? [] : [`not before ${formatTime(notBefore)} UTC`]),
    ...(deadline === null ? [] : [`deadline ${formatTime(deadline)} UTC`]),
    ...(alone ? ['runs alone on its host'] : []),
  ];
}

function relatives(name: string, jobs: JobStory['after']): string[] {
  if (jobs.length === 0) return [];
  if (jobs.length > NAMED) {
    const counts: Record<string, number> = {};
    for (const { state } of jobs) counts[state] = (counts[state] ?? 0) + 1;
    return [field(name, `${jobs.length}: ${formatCounts(counts).join(', ')}`)];
  }
  return jobs.map(({ jobId, state }, index) => field(index === 0 ? name : '', `${jobId} ${state}`));
}

function progressOf({ progress, checkpoint }: JobStory): string[] {
  const kept = checkpoint === undefined ? [] : [field('checkpoint', shownValue(checkpoint))];
  if (progress === null) return kept;
  const { done, total, note } = progress;
  return [
    field('progress', `${done}${total === null ? '' : ` of ${total}`}${note === null ? '' : `: ${note}`}`),
    ...kept,
  ];
}

function questionsOf({ questions }: JobStory): string[] {
  return questions.flatMap(({ id, question, answer, ...rest }) => {
    const asked =
      question === undefined ? '(not asked yet)' : typeof question === 'string' ? question : shownValue(question);
    const answered = 'answeredAt' in rest && rest.answeredAt !== null ? shownValue(answer) : '(no answer yet)';
    return [field('question', `${id}: ${asked}`), field('', answered)];
  });
}

const HEAD = ['ATTEMPT', 'STATE', 'STARTED (UTC)', 'RAN', 'EXIT', 'HOST', 'ERROR'];

function attemptsOf(executions: JobStory['executions']): string[] {
  if (executions.length === 0) return [];
  return [field('attempts', ''), ...formatTable(HEAD, executions.map(cellsOf)).map((line) => `  ${line}`)];
}

function cellsOf({ attempt, state, startedAt, ranMs, exit, owner, error }: JobStory['executions'][number]): Cells {
  const ended = exit === null ? '' : (exit.signal ?? String(exit.code ?? 'unseen'));
  const ran = ranMs === null ? '' : formatDuration(ranMs);
  return [attempt, state, formatTime(startedAt), ran, ended, owner, error === null ? '' : oneLine(error.message)];
}
