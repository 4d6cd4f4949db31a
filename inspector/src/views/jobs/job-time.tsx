import type { JobDetail, JobWait } from 'espalier/client';
import type { Condition } from '../../model/condition.js';
import { ATTEMPT_CONDITIONS, hasEnded, placeOf, wordOf } from '../../model/job.js';
import { duration, exitText, timeOfDay } from '../../parts/format.js';
import { Section } from '../../parts/panel.js';
import { now } from '../../state/tree.js';
import { useAnswer } from '../../state/use-live.js';

interface Stretch {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  readonly condition: Condition;
  readonly isWait: boolean;
  readonly from: number;
  readonly until: number;
}

/** Stretches that are drawn: the newest. */
const SHOWN = 60;

/** How its time went: each attempt, and each wait with its reason, as a bar in the time since its submission. */
export function JobTime({ detail, again }: { readonly detail: JobDetail; readonly again: unknown }) {
  const { info, attempts } = detail;
  const reply = useAnswer({ type: 'job.waits', job: info.job }, again);
  const waits = reply?.ok ? reply.answer.waits : [];
  const end = info.endedAt ?? now.value;
  const whole = { from: info.submittedAt, until: Math.max(end, info.submittedAt + 1) };
  const all = [...waits.map((wait) => waitStretch(wait, end)), ...attempts.map((one) => attemptStretch(one, end))].sort(
    (a, b) => a.from - b.from,
  );
  if (all.length === 0) return null;
  const left = Math.max(0, all.length - SHOWN);
  const aside = `${duration(whole.until - whole.from)} ${hasEnded(info.state) ? 'in all' : 'so far'}`;
  return (
    <Section title="Time" aside={left === 0 ? aside : `${aside}, the newest ${SHOWN} of ${all.length}`}>
      <ol class="bars">
        {all.slice(-SHOWN).map((one) => (
          <Bar key={one.key} stretch={one} whole={whole} />
        ))}
      </ol>
    </Section>
  );
}

function Bar({ stretch, whole }: { readonly stretch: Stretch; readonly whole: Parameters<typeof placeOf>[1] }) {
  const { name, detail, condition, isWait, from, until } = stretch;
  const { left, width } = placeOf(stretch, whole);
  return (
    <li>
      <span class="bar-text">
        <b>{name}</b> {duration(until - from)} <span class="aside">from {timeOfDay(from)}</span>
        {detail !== '' && <span class="bar-detail">{detail}</span>}
      </span>
      <span class="bar-lane" aria-hidden="true">
        <span
          class={`bar-mark ${isWait ? 'is-wait' : ''} tone-${condition}`}
          style={{ left: `${left}%`, width: `${width}%` }}
        />
      </span>
    </li>
  );
}

function waitStretch({ kind, reason, from, until }: JobWait, end: number): Stretch {
  return {
    key: `${kind} ${from}`,
    name: kind === 'queued' ? 'In the queue' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
    detail: reason === null ? '' : reason.replaceAll('_', ' '),
    condition: 'waiting',
    isWait: true,
    from,
    until: until ?? end,
  };
}

function attemptStretch(
  { attempt, state, host, exit, error, ...rest }: JobDetail['attempts'][number],
  end: number,
): Stretch {
  const parts = [...(exit === null ? [] : [exitText(exit)]), ...(error === null ? [] : [error]), `host ${host}`];
  return {
    key: `attempt ${attempt} ${rest.startedAt}`,
    name: `Attempt ${attempt}: ${wordOf(state)}`,
    detail: parts.join(' · '),
    condition: ATTEMPT_CONDITIONS[state] === 'gone' ? 'running' : ATTEMPT_CONDITIONS[state],
    isWait: false,
    from: rest.startedAt,
    until: rest.endedAt ?? end,
  };
}
