import { useSignal } from '@preact/signals';
import type { QuestionInfo } from 'espalier/client';
import { answerOf } from '../../model/job.js';
import { ago } from '../../parts/format.js';
import { Json } from '../../parts/json.js';
import { Section } from '../../parts/panel.js';
import { confirm } from '../../state/control.js';
import { hello, status } from '../../state/live.js';
import { now } from '../../state/tree.js';

interface QuestionsProps {
  readonly job: string;
  readonly questions: readonly QuestionInfo[];
  readonly canAnswer: boolean;
}

/** What is asked of a person about a job, with a box for the answer where this page may give one. */
export function Questions({ job, questions, canAnswer }: QuestionsProps) {
  if (questions.length === 0) return null;
  return (
    <Section title="Questions">
      {questions.map((one) => (
        <Question key={one.id} job={job} asked={one} canAnswer={canAnswer} />
      ))}
    </Section>
  );
}

function Question(props: { readonly job: string; readonly asked: QuestionInfo; readonly canAnswer: boolean }) {
  const { id, question, askedAt, answer, answeredAt, suspends } = props.asked;
  const mayControl = hello.value?.control === true && status.value.type === 'open';
  return (
    <div class="question">
      <p>
        <b>{id}</b>{' '}
        <span class="aside">
          {askedAt === null ? 'not asked yet' : `asked ${ago(askedAt, now.value)}`}
          {suspends && answeredAt === null && ' · the job waits for the answer'}
        </span>
      </p>
      {typeof question === 'string' ? <p>{question}</p> : question !== null && <Json value={question} />}
      {answeredAt !== null ? (
        <div class="question-answer">
          <span class="aside">answered {ago(answeredAt, now.value)}</span> <Json value={answer} />
        </div>
      ) : (
        mayControl && props.canAnswer && <AnswerBox job={props.job} question={id} />
      )}
    </div>
  );
}

function AnswerBox({ job, question }: { readonly job: string; readonly question: string }) {
  const text = useSignal('');
  return (
    <form
      class="answer"
      onSubmit={(event) => {
        event.preventDefault();
        const control = { type: 'job.answer', job, question, value: answerOf(text.value) } as const;
        void confirm({ title: `Answer ${question}`, text: '', verb: 'Answer', control });
      }}
    >
      <label>
        Answer to {question}: JSON, or a text
        <input
          value={text.value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class="button" disabled={text.value === ''}>
        Answer
      </button>
    </form>
  );
}
