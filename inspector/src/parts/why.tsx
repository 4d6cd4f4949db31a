import type { FindingInfo } from 'espalier/client';
import { causeText, findingCondition, storyOf } from '../model/finding.js';
import { parseSlot, slotName } from '../model/slot.js';
import { linkTo } from '../state/route.js';
import { useAnswer } from '../state/use-live.js';
import { timeOfDay } from './format.js';
import { Mark } from './mark.js';
import { Section } from './panel.js';

/** How many findings are listed under one heading. */
const SHOWN = 5;

/** What happened: the cause, what to do about it, and what goes with it. Asked again when `again` changes. */
export function Why({ target, again }: { readonly target: string; readonly again: unknown }) {
  const reply = useAnswer({ type: 'why', target }, again);
  if (!reply?.ok) return null;
  const { root, along, before } = storyOf(reply.answer.findings);
  if (root === null) return null;
  return (
    <Section title="What happened">
      <div class="why">
        <CauseName finding={root} />
        <p>{root.sentences.join(' ')}</p>
        {root.advice !== null && (
          <p>
            <b>To do:</b> {root.advice}
          </p>
        )}
        <Evidence evidence={root.evidence} />
      </div>
      <Others title="With it" findings={along} />
      <Others title="Before" findings={before} />
    </Section>
  );
}

function CauseName({ finding }: { readonly finding: FindingInfo }) {
  const condition = findingCondition(finding);
  return (
    <p class={`cause tone-${condition}`}>
      <Mark condition={condition} /> {causeText(finding.cause)}
    </p>
  );
}

/** The events that a finding rests on, by number; the text of each when it is pointed at. */
function Evidence({ evidence }: Pick<FindingInfo, 'evidence'>) {
  if (evidence.length === 0) return null;
  return (
    <ul class="evidence" aria-label="Evidence">
      {evidence.map(({ seq, at, text }) => (
        <li key={`${seq} ${at} ${text}`}>
          {seq === null ? (
            <span />
          ) : (
            <a class="evidence-seq" href={linkTo({ view: 'timeline', at: String(seq) })}>
              {seq}
            </a>
          )}
          <time>{at === 0 ? '' : timeOfDay(at)}</time> <EvidenceText text={text} />
        </li>
      ))}
    </ul>
  );
}

/** A text that begins with the name of a slot leads there. */
function EvidenceText({ text }: { readonly text: string }) {
  const [first = ''] = text.split(' ', 1);
  const slot = parseSlot(first);
  if (slot === null) return <span>{text}</span>;
  return (
    <span>
      <a href={linkTo({ view: 'runs', at: slotName(slot) })}>slot {slot.index}</a>
      {text.slice(first.length)}
    </span>
  );
}

function Others({ title, findings }: { readonly title: string; readonly findings: readonly FindingInfo[] }) {
  if (findings.length === 0) return null;
  const more = findings.length - SHOWN;
  return (
    <div class="why-others">
      <h4>{title}</h4>
      <ul>
        {findings.slice(0, SHOWN).map((finding) => (
          <li key={`${finding.cause} ${finding.about}`}>
            <Mark condition={findingCondition(finding)} /> {finding.sentences[0]}
          </li>
        ))}
        {more > 0 && <li class="quiet">{more} more</li>}
      </ul>
    </div>
  );
}
