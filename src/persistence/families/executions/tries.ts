import { z } from 'zod';

/** Attempts that ran to an end of their own. */
export const ENDED_STATES = `('succeeded', 'failed', 'timed_out', 'cancelled')`;

/** What is selected of a job `j` to decide whether it is tried again: how often it ended by itself, and lost its worker. */
export const TRIES_BEFORE = `(SELECT count(*) FROM attempts t WHERE t.job = j.job AND t.state IN ${ENDED_STATES}) AS ended,
       (SELECT count(*) FROM attempts t WHERE t.job = j.job AND t.state = 'lost') AS lost`;

/** The columns of `TRIES_BEFORE`. */
export const triesBefore = { ended: z.number(), lost: z.number() };
