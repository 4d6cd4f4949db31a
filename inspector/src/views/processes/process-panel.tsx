import type { ProcessInfo } from 'espalier/client';
import { conditionOf } from '../../model/condition.js';
import { Empty } from '../../parts/empty.js';
import { exitText, timeOfDay } from '../../parts/format.js';
import { Mark } from '../../parts/mark.js';
import { Facts, Panel, Section } from '../../parts/panel.js';
import { PathLink } from '../../parts/path-link.js';
import { linkTo } from '../../state/route.js';

interface ProcessPanelProps {
  readonly id: string;
  readonly process: ProcessInfo | undefined;
  readonly isKnown: boolean;
}

/** One registration: whose process it is, and how it ended. */
export function ProcessPanel({ id, process, isKnown }: ProcessPanelProps) {
  if (!process) {
    return (
      <Panel label={`Process ${id}`} title={<h2>{id}</h2>}>
        {isKnown ? <Empty title="Not in the list">Processes that are long gone are not kept.</Empty> : null}
      </Panel>
    );
  }
  const { pid, state, path, incarnation, job, attempt, command, exit, reason, at } = process;
  const condition = conditionOf(state);
  return (
    <Panel label={`Process ${id}`} title={<h2>{pid === null ? 'Process without a pid' : `Process ${pid}`}</h2>}>
      <p class={`lead tone-${condition}`}>
        <Mark condition={condition} /> <b>{state}</b>
        {reason !== null && <span class="lead-problem">{reason}</span>}
      </p>
      <Facts
        facts={[
          ['Owner', <PathLink key="owner" path={path} />],
          ['Life', incarnation],
          ['Exit', exit && exitText(exit)],
          ['Changed', timeOfDay(at)],
          ['Job', job && <a href={linkTo({ view: 'runs', at: job })}>{job}</a>],
          ['Attempt', attempt],
          ['Spawn', id],
        ]}
      />
      <Section title="Command">
        <ol class="words">
          {command.map((word, index) => (
            <li key={index}>{word}</li>
          ))}
        </ol>
      </Section>
    </Panel>
  );
}
