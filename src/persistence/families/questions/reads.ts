import { z } from 'zod';
import { readJson } from '../../../json/read.js';
import type { JobProgress, QuestionRecord } from '../../contract/questions.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';

const questionRow = z.object({
  id: z.string(),
  question: z.string().nullable(),
  attempt: z.number().nullable(),
  suspends: z.number(),
  asked_at: z.number().nullable(),
  answer: z.string().nullable(),
  answered_at: z.number().nullable(),
});

/** What was asked about a job, and answered, in order. */
export function questionsOf(db: Connection, job: number): QuestionRecord[] {
  return db
    .all(
      questionRow,
      `SELECT id, question, attempt, suspends, asked_at, answer, answered_at FROM questions WHERE job = ?
       ORDER BY coalesce(asked_at, answered_at), id`,
      job,
    )
    .map(({ id, question, attempt, suspends, answer, asked_at, answered_at }) => ({
      id,
      ...(question === null ? {} : { question: readJson(question) }),
      attempt,
      suspends: suspends === 1,
      askedAt: asked_at,
      ...(answer === null ? {} : { answer: readJson(answer) }),
      answeredAt: answered_at,
    }));
}

const answerRow = z.object({ id: z.string(), answer: z.string() });

/** What was answered about a job, as JSON text by the id of the question. */
export function answersOf(db: Connection, job: number): Readonly<Record<string, string>> {
  const rows = db.all(
    answerRow,
    'SELECT id, answer FROM questions WHERE job = ? AND answer IS NOT NULL ORDER BY id',
    job,
  );
  return Object.fromEntries(rows.map(({ id, answer }) => [id, answer]));
}

/** Progress, as it is kept. */
export const progressForm = json(
  z.object({ done: z.number(), total: z.number().nullable(), note: z.string().nullable() }),
) satisfies z.ZodType<JobProgress>;
