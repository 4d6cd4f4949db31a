import { answerQuestion, askQuestion } from './ask.js';
import { noteAttempt, noteWait } from './notes.js';

/** What is written of what jobs say while they live, by name. */
export const questionWrites = {
  'jobs.ask': askQuestion,
  'jobs.answer': answerQuestion,
  'jobs.note': noteAttempt,
  'jobs.waitFor': noteWait,
};
