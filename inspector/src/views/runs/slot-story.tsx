import { type SlotName, slotName } from '../../model/slot.js';
import { Output } from '../../parts/output.js';
import { Section } from '../../parts/panel.js';
import { Why } from '../../parts/why.js';
import { useAnswer } from '../../state/use-live.js';

/** Why a slot is as it is, and what its program wrote. */
export function SlotStory({ slot, again }: { readonly slot: SlotName; readonly again: unknown }) {
  const reply = useAnswer({ type: 'output', run: slot.run, index: slot.index }, again);
  return (
    <>
      <Why target={slotName(slot)} again={again} />
      {reply && (
        <Section title="Output" aside={reply.ok && reply.answer.attempt > 1 && `of attempt ${reply.answer.attempt}`}>
          {reply.ok ? <Output {...reply.answer} /> : <p class="quiet">{reply.message}</p>}
        </Section>
      )}
    </>
  );
}
