import type { ActorGauges, ActorSummary } from 'espalier/client';
import { actorCondition, stateText } from '../../model/condition.js';
import { usageOf } from '../../model/usage.js';
import { BudgetMeter } from '../../parts/budget-meter.js';
import { bytes, depthOf, nameOf, percent } from '../../parts/format.js';
import type { GridRow } from '../../parts/grid.js';
import { Mark } from '../../parts/mark.js';
import { gauges, now, treeState } from '../../state/tree.js';

/** What the list shows of one actor. */
export function treeRow(path: string, isContext: boolean): GridRow {
  const actor = treeState.value.actors.get(path);
  const measured = gauges.value.gauges?.actors[path];
  if (!actor) return { cells: [nameOf(path)], level: depthOf(path) + 1 };
  const { cpu, rss } = usageOf(actor, measured);
  return {
    level: depthOf(path) + 1,
    class: `is-${actorCondition(actor)}${isContext ? ' is-context' : ''}`,
    cells: [
      <Name key="name" actor={actor} />,
      <State key="state" actor={actor} measured={measured} />,
      actor.incarnation,
      <Restarts key="restarts" actor={actor} />,
      actor.pid ?? '',
      cpu === undefined ? '' : percent(cpu),
      rss === undefined ? '' : bytes(rss),
    ],
  };
}

function Name({ actor: { path, role } }: { readonly actor: ActorSummary }) {
  return (
    <span class="actor-name" style={{ '--depth': depthOf(path) }}>
      <span class="name">{nameOf(path)}</span> {nameOf(path) !== role && <span class="role">{role}</span>}
    </span>
  );
}

interface StateProps {
  readonly actor: ActorSummary;
  readonly measured: ActorGauges | undefined;
}

function State({ actor, measured: { pool, load = 0, mailbox = 0 } = {} }: StateProps) {
  const condition = actorCondition(actor);
  return (
    <span class="state" title={actor.problem ?? undefined}>
      <Mark condition={condition} /> <span class={`tone-${condition}`}>{stateText(actor.state)}</span>{' '}
      {actor.problem !== null && <span class="problem">{actor.problem}</span>}
      {pool && actor.problem === null && (
        <span class="problem">
          {load} at work{mailbox > 0 && `, ${mailbox} waiting`}
        </span>
      )}
    </span>
  );
}

function Restarts({ actor: { restarts, budget } }: { readonly actor: ActorSummary }) {
  const last = restarts.recent.at(-1);
  return (
    <span class="restarts">
      {restarts.total > 0 && <b>{restarts.total}</b>} {budget && <BudgetMeter budget={budget} now={now.value} />}{' '}
      {last && (
        <span class="problem" title={last.reason}>
          {last.reason}
        </span>
      )}
    </span>
  );
}
