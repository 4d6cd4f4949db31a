import { type SlotName, slotName } from '../../model/slot.js';
import { Output } from '../../parts/output.js';
import { Section } from '../../parts/panel.js';
import { Why } from '../../parts/why.js';
import { useAnswer } from '../../state/use-live.js';

interface StoryProps {
  readonly slot: SlotName;
  /** Whether a program of its own wrote something: a call has an answer, and what its worker prints is the worker's. */
  readonly hasOutput: boolean;
  readonly again: unknown;
}

/** Why a slot is as it is, and what its program wrote. */
export function SlotStory({ slot, hasOutput, again }: StoryProps) {
  return (
    <>
      <Why target={slotName(slot)} again={again} />
      {hasOutput && <SlotOutput slot={slot} again={again} />}
    </>
  );
}

function SlotOutput({ slot: { run, index }, again }: Omit<StoryProps, 'hasOutput'>) {
  const reply = useAnswer({ type: 'output', run, index }, again);
  if (!reply) return null;
  return (
    <Section title="Output" aside={reply.ok && reply.answer.attempt > 1 && `of attempt ${reply.answer.attempt}`}>
      {reply.ok ? <Output {...reply.answer} /> : <p class="quiet">{reply.message}</p>}
    </Section>
  );
}
