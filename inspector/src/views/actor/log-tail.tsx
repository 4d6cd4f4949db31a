import { Output } from '../../parts/output.js';
import { Section } from '../../parts/panel.js';
import { useAnswer } from '../../state/use-live.js';

/** How often the output of what lives is asked for again, in milliseconds. */
const FOLLOW_MS = 1000;

const NOTHING = 'Nothing is kept here. What the slots of a run write is kept with them, under Runs.';

interface LogTailProps {
  readonly path: string;
  readonly living: boolean;
  /** Whatever changes when the process is another. */
  readonly again: unknown;
}

/** What the actor's process wrote last: of the living as they write it, of the dead what they left. */
export function LogTail({ path, living, again }: LogTailProps) {
  const reply = useAnswer({ type: 'logs', path }, again, living ? FOLLOW_MS : undefined);
  if (!reply) return null;
  if (!reply.ok) {
    return (
      <Section title="Log">
        <p class="quiet">{reply.code === 'not_found' ? NOTHING : reply.message}</p>
      </Section>
    );
  }
  const { incarnation, stdout, stderr, truncated, altered, living: writes } = reply.answer;
  return (
    <Section title="Log" aside={`life ${incarnation}, ${writes ? 'living' : 'over'}`}>
      <Output stdout={stdout} stderr={stderr} truncated={truncated} altered={altered} />
    </Section>
  );
}
