import type { JobInfo } from 'espalier/client';
import { Output } from '../../parts/output.js';
import { Section } from '../../parts/panel.js';
import { useAnswer } from '../../state/use-live.js';

/** While it runs, what it writes is asked for that often, in milliseconds. */
const WRITING_MS = 2000;

/** What the newest attempt of a job wrote. */
export function JobOutput({ info: { job, state, attempts } }: { readonly info: JobInfo }) {
  const every = state === 'running' ? WRITING_MS : undefined;
  const reply = useAnswer({ type: 'job.output', job }, `${state} ${attempts}`, every);
  if (!reply) return null;
  return (
    <Section title="Output" aside={reply.ok && reply.answer.attempt > 1 && `of attempt ${reply.answer.attempt}`}>
      {reply.ok ? <Output {...reply.answer} /> : <p class="quiet">{reply.message}</p>}
    </Section>
  );
}
