import type { OperationArgs, OperationCall, OperationResults } from '../../src/persistence/writer/operations.js';
import type { Memory } from './memory.js';

type Answered<N extends keyof OperationResults> = OperationResults[N] | undefined;

/** An attempt that asks and ends waits for the answer, unless it was told it. */
export function asked(
  { answers, waits }: Memory,
  { asked: { jobId, id, attempt, suspends } }: OperationArgs['jobs.ask'],
  answer: Answered<'jobs.ask'>,
): string[] {
  const isKnown = answers.has(`${jobId} ${id}`);
  if (isKnown !== (answer === 'answered')) return [`question ${id} of ${jobId} is said to be ${answer}`];
  if (attempt !== null) note(waits, jobId, id, suspends && !isKnown);
  return [];
}

export function waitsFor(
  { waits, ends }: Memory,
  { wait: { jobId, jobs } }: OperationArgs['jobs.waitFor'],
  answer: Answered<'jobs.waitFor'>,
): string[] {
  const isMet = jobs.every((id) => ends.has(id));
  if (isMet !== (answer === 'met')) return [`${jobId} waits for ${jobs.join(', ')}, and is told ${answer}`];
  for (const id of jobs) note(waits, jobId, `job ${id}`, !isMet);
  return [];
}

function note(waits: Memory['waits'], jobId: string, what: string, isWaited: boolean): void {
  const all = new Set(waits.get(jobId));
  if (isWaited) all.add(what);
  else all.delete(what);
  waits.set(jobId, all);
}

/** The first answer stands. */
export function answered(
  { answers }: Memory,
  { jobId, id, answer: value }: OperationArgs['jobs.answer'],
  answer: Answered<'jobs.answer'>,
): string[] {
  const name = `${jobId} ${id}`;
  const known = answers.get(name);
  answers.set(name, known ?? value);
  const isRight = answer === 'answered' ? known === undefined : known === value;
  return isRight ? [] : [`question ${id} of ${jobId} was answered by ${known}, and ${value} is ${answer}`];
}

export function refusedAnswer({ answers }: Memory, call: OperationCall): string[] {
  if (call.name !== 'jobs.answer') return [`${call.name} is told that there is an answer`];
  const { jobId, id, answer: value } = call.args;
  const known = answers.get(`${jobId} ${id}`);
  return known !== undefined && known !== value ? [] : [`${value} is refused for question ${id} of ${jobId}: ${known}`];
}
