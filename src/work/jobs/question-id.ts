import { kind } from '../../options.js';

const MOST_CHARACTERS = 200;

/** The name of a question within its job. */
export const questionId = kind(
  `a text of 1 to ${MOST_CHARACTERS} characters`,
  (value) => typeof value === 'string' && value.length > 0 && value.length <= MOST_CHARACTERS,
);
