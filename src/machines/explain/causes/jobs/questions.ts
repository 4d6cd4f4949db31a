import { writeJson } from '../../../../json/write.js';
import type { Finding } from '../../findings/explanation.js';
import type { Facts, JobFact } from '../../findings/facts.js';
import { duration, short } from '../../findings/words.js';
import { about } from './about.js';

/** Questions about a job that nobody has answered. */
function openQuestions({ questions }: JobFact): JobFact['questions'] {
  return questions.filter((one) => one.askedAt !== null && !('answer' in one));
}

/** A finding for each question that waits for a person. @param meanwhile what becomes of the job until then */
export function unanswered({ now }: Facts, job: JobFact, meanwhile: string): Finding[] {
  const { jobId } = job;
  return openQuestions(job).map(({ id, question, askedAt }) => {
    const text = typeof question === 'string' ? question : writeJson(question ?? null);
    const since = duration(Math.max(0, now - (askedAt ?? now)));
    const name = JSON.stringify(id);
    return about(
      'unanswered',
      job,
      [`Job ${jobId} asks ${name}, and has had no answer for ${since}: ${short(text)}`, meanwhile],
      `"espalier answer ${jobId} ${/^[\w.-]+$/.test(id) ? id : `'${id.replaceAll("'", "'\\''")}'`} VALUE" answers it.`,
    );
  });
}
