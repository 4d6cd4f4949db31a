import { z } from 'zod';
import { actorSummary } from '../inspector/protocol/actor.js';

/** One actor of a living host. */
export type LivingActor = z.output<typeof livingActor>;
const livingActor = actorSummary
  .pick({ path: true, role: true, status: true, health: true, state: true, incarnation: true, problem: true })
  .extend({
    /** How often it was restarted. */
    restarts: z.number(),
    /** When its present incarnation was made, in milliseconds since the epoch; null for one that has ended. */
    startedAt: z.number().nullable(),
  });

/** A regular expression on its way. */
const pattern = z.object({ source: z.string(), flags: z.string() });

/** The questions by name. */
export const QUESTION_NAMES = ['tree', 'secrets'] as const;
export type QuestionName = (typeof QUESTION_NAMES)[number];

const questions = {
  /** Its actors in the order of their start, below each its children: also those of which the store keeps nothing. */
  tree: {
    question: z.object({ ask: z.literal('tree') }),
    /** `leftOut`: how many more there are. */
    answer: z.object({ actors: z.array(livingActor), leftOut: z.number() }),
  },
  /** What it masks, for whoever shows what it has written. The asker is its user, who may read its environment anyway. */
  secrets: {
    question: z.object({ ask: z.literal('secrets') }),
    answer: z.object({
      keys: z.array(z.union([z.string(), pattern])),
      patterns: z.array(pattern),
      values: z.array(z.string()),
    }),
  },
} as const satisfies Record<QuestionName, unknown>;

type Forms = typeof questions;
type Outputs = {
  [N in QuestionName]: { question: z.output<Forms[N]['question']>; answer: z.output<Forms[N]['answer']> };
};
export type QuestionOf<N extends QuestionName> = Outputs[N]['question'];
export type AnswerOf<N extends QuestionName> = Outputs[N]['answer'];

/** What another process of the same user may ask a living host, each with what it answers: a closed union. */
export const QUESTIONS: {
  readonly [N in QuestionName]: {
    readonly question: z.ZodType<QuestionOf<N>>;
    readonly answer: z.ZodType<AnswerOf<N>>;
  };
} = questions;

/** Who answers. */
export type Answerer = {
  readonly [N in QuestionName]: (question: QuestionOf<N>) => AnswerOf<N> | Promise<AnswerOf<N>>;
};

/** The socket in a host's private folder. */
export const ASK_SOCKET = 'ask';

/** What bounds both sides. */
export const ASK_LIMITS = {
  /** Bytes of a question. */
  question: 1024 * 1024,
  /** Bytes of an answer. */
  answer: 64 * 1024 * 1024,
  /** Askers at once; who comes then is sent away. */
  askers: 8,
  /** How long one may stay, in milliseconds. */
  stayMs: 10_000,
  /** How long a host is waited for that says nothing, in milliseconds. */
  patienceMs: 2_000,
} as const;

/** A line that answers. */
export const reply = z.union([z.object({ answer: z.unknown() }), z.object({ refused: z.string() })]);
export type Reply = z.output<typeof reply>;
