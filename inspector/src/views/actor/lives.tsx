import type { ActorExitInfo, Restart } from 'espalier/client';
import { conditionOf } from '../../model/condition.js';
import { ago, exitText, plural, timeOfDay } from '../../parts/format.js';
import { Mark } from '../../parts/mark.js';
import { Output } from '../../parts/output.js';
import { Section } from '../../parts/panel.js';
import { now } from '../../state/tree.js';

/** How the last incarnations ended, the latest first and open. */
export function Exits({ exits }: { readonly exits: readonly ActorExitInfo[] }) {
  if (exits.length === 0) return null;
  return (
    <Section title="Last exits" aside={plural(exits.length, 'end')}>
      {exits.toReversed().map((exit, at) => (
        <Exit key={`${exit.at} ${exit.incarnation}`} exit={exit} isOpen={at === 0} />
      ))}
    </Section>
  );
}

function Exit({ exit, isOpen }: { readonly exit: ActorExitInfo; readonly isOpen: boolean }) {
  const { at, incarnation, kind, reason, code, signal, pid, output } = exit;
  // An actor that owns a process ends as it should when that does, however the process did.
  const hasFailed = signal !== null || (code !== null && code !== 0);
  const condition = hasFailed ? 'failed' : conditionOf(kind);
  return (
    <details class="exit" open={isOpen}>
      <summary>
        <Mark condition={condition} />{' '}
        <b class={`tone-${condition}`}>{hasFailed && kind === 'normal' ? 'exited' : kind}</b>{' '}
        {(code !== null || signal !== null) && <code>{exitText({ code, signal })}</code>}{' '}
        <span class="aside">
          life {incarnation}
          {pid !== null && ` · pid ${pid}`} · <time title={timeOfDay(at)}>{ago(at, now.value)}</time>
        </span>
      </summary>
      {reason !== null && <p class="reason">{reason}</p>}
      {output && <Output stdout={output.stdout} stderr={output.stderr} />}
    </details>
  );
}

/** Each restart that is remembered, with its reason, the latest first. */
export function Restarts({ history, total }: { readonly history: readonly Restart[]; readonly total: number }) {
  if (history.length === 0) return null;
  return (
    <Section title="Restarts" aside={total > history.length ? `the last ${history.length} of ${total}` : `${total}`}>
      <ol class="events-short">
        {history.toReversed().map(({ at, incarnation, reason }) => (
          <li key={`${at} ${incarnation}`}>
            <time title={timeOfDay(at)}>{ago(at, now.value)}</time> <span>{reason}</span>{' '}
            <span class="aside">life {incarnation}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
