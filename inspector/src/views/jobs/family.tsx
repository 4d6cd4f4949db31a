import { JOB_CONDITIONS, wordOf } from '../../model/job.js';
import { Mark } from '../../parts/mark.js';
import { Section } from '../../parts/panel.js';
import { linkTo } from '../../state/route.js';
import { useAnswer } from '../../state/use-live.js';

/** The jobs above a job and below it, and those beside it. */
export function Family({ job, again }: { readonly job: string; readonly again: unknown }) {
  const reply = useAnswer({ type: 'family', job }, again);
  if (!reply?.ok || reply.answer.members.length < 2) return null;
  const { members, more } = reply.answer;
  return (
    <Section title="Family" aside={more ? `the first ${members.length}` : `${members.length} jobs`}>
      <ul class="family">
        {members.map(({ job: id, depth, state, method, queue }) => (
          <li key={id} style={{ paddingInlineStart: `${Math.min(depth, 12) * 16}px` }}>
            <Mark condition={JOB_CONDITIONS[state]} />{' '}
            <a href={linkTo({ view: 'jobs', at: id })} aria-current={id === job ? 'true' : undefined}>
              {method ?? queue}
            </a>{' '}
            <span class="aside">
              {wordOf(state)} · <code>{id}</code>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
