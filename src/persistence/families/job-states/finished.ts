import type { FinishedJobAttempt } from '../../contract/jobs.js';
import type { EndFacts } from '../executions/end.js';

/** How an attempt of a job ended; its result and its error are JSON text. */
export type FinishedJobText = Omit<FinishedJobAttempt, 'result' | 'error'> & EndFacts;
