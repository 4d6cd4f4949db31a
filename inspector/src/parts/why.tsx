import { linkTo } from '../state/route.js';
import { useAnswer } from '../state/use-live.js';
import { Section } from './panel.js';

/** What happened, in sentences, each with the events that it rests on. Asked again when `again` changes. */
export function Why({ target, again }: { readonly target: string; readonly again: unknown }) {
  const reply = useAnswer({ type: 'why', target }, again);
  if (!reply?.ok || reply.answer.sentences.length === 0) return null;
  return (
    <Section title="What happened">
      <ul class="why">
        {reply.answer.sentences.map(({ text, evidence }) => (
          <li key={text}>
            {text}{' '}
            {evidence.map((seq) => (
              <a key={seq} class="evidence" href={linkTo({ view: 'timeline', at: String(seq) })} title={`event ${seq}`}>
                {seq}
              </a>
            ))}
          </li>
        ))}
      </ul>
    </Section>
  );
}
