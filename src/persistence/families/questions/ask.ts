import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import { type JobId, jobContext } from '../../../machines/ids/job-id.js';
import { isEnded } from '../../../machines/work/job/states.js';
import type { NewQuestion } from '../../contract/questions.js';
import type { Transaction } from '../../sql/transaction.js';
import type { Actor } from '../job-states/move.js';
import { type JobRow, requireJob } from '../job-states/records.js';
import { requireAttempt, resumeIfMet } from '../job-states/waits.js';

/** A question as it is asked: as JSON text. */
export interface NewQuestionText extends Omit<NewQuestion, 'question'> {
  readonly question: string;
}

const knownRow = z.object({ question: z.string().nullable(), answer: z.string().nullable() });

function knownQuestion(tx: Transaction, job: number, id: string): z.infer<typeof knownRow> {
  const found = tx.db.one(knownRow, 'SELECT question, answer FROM questions WHERE job = ? AND id = ?', job, id);
  return found ?? { question: null, answer: null };
}

/** Asks something about a job. Who asks the same again is told what became of it, and waits for the answer if he says so. */
export function askQuestion(
  tx: Transaction,
  { by, asked }: { by: Actor; asked: NewQuestionText },
): 'asked' | 'answered' {
  if (by !== '') tx.requireLive(by);
  const { jobId, id, question, attempt } = asked;
  const job = requireJob(tx.db, jobId);
  if (attempt !== null) requireAttempt(tx, job, attempt);
  requireUnended(job, `nothing is asked about it any more`);
  const known = knownQuestion(tx, job.job, id);
  if (known.question !== null && known.question !== question) {
    const message = `job ${jobId} has asked another question as ${JSON.stringify(id)}: give this one a name of its own`;
    throw new EspalierError('ESP_CONFLICT', message, { context: { job: jobId, question: id } });
  }
  const isAnswered = known.answer !== null;
  noteQuestion(tx, job.job, { ...asked, suspends: asked.suspends && !isAnswered });
  if (known.question === null) {
    const data = { jobId, queue: job.queue, question: id, suspends: asked.suspends };
    tx.journal(by, { type: 'question.asked', data, ctx: { ...jobContext(jobId, attempt), queue: job.queue } });
  }
  return isAnswered ? 'answered' : 'asked';
}

/** Whoever asks beside the attempts leaves it to them whether they wait. */
function noteQuestion(tx: Transaction, job: number, { id, question, attempt, suspends }: NewQuestionText): void {
  tx.db.run(
    `INSERT INTO questions (job, id, question, attempt, suspends, asked_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (job, id) DO UPDATE SET question = excluded.question, asked_at = coalesce(asked_at, excluded.asked_at),
       attempt = coalesce(excluded.attempt, attempt),
       suspends = CASE WHEN excluded.attempt IS NULL THEN suspends ELSE excluded.suspends END`,
    ...[job, id, question, attempt, attempt !== null && suspends ? 1 : 0, tx.now],
  );
}

/** The first answer stands. What waited for it goes on. */
export function answerQuestion(
  tx: Transaction,
  { by, jobId, id, answer }: { by: Actor; jobId: JobId; id: string; answer: string },
): 'answered' | 'same' {
  if (by !== '') tx.requireLive(by);
  const job = requireJob(tx.db, jobId);
  const known = knownQuestion(tx, job.job, id);
  if (known.answer === answer) return 'same';
  if (known.answer !== null) {
    const message = `question ${JSON.stringify(id)} of job ${jobId} has been answered differently: the first answer stands`;
    throw new EspalierError('ESP_ANSWERED', message, { context: { job: jobId, question: id } });
  }
  requireUnended(job, 'it waits for no answer any more');
  tx.db.run(
    `INSERT INTO questions (job, id, answer, answered_at, answered_by) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (job, id) DO UPDATE SET answer = excluded.answer, answered_at = excluded.answered_at,
       answered_by = excluded.answered_by WHERE answer IS NULL`,
    ...[job.job, id, answer, tx.now, by],
  );
  const data = { jobId, queue: job.queue, question: id, early: known.question === null };
  tx.journal(by, { type: 'question.answered', data, ctx: { ...jobContext(jobId), queue: job.queue } });
  resumeIfMet(tx, by, job.job);
  return 'answered';
}

function requireUnended({ jobId, state }: JobRow, what: string): void {
  if (!isEnded(state)) return;
  throw new EspalierError('ESP_CONFLICT', `job ${jobId} is ${state}: ${what}`, { context: { job: jobId, state } });
}
