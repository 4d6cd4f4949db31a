import type { ActorDetail } from 'espalier/client';
import { actorCondition, stateText } from '../../model/condition.js';
import { Empty } from '../../parts/empty.js';
import { Json } from '../../parts/json.js';
import { Mark } from '../../parts/mark.js';
import { NotYet } from '../../parts/not-yet.js';
import { Panel, Section } from '../../parts/panel.js';
import { Why } from '../../parts/why.js';
import { linkTo } from '../../state/route.js';
import { treeState } from '../../state/tree.js';
import { useLive } from '../../state/use-live.js';
import { Activity } from './activity.js';
import { ActorActions } from './actor-actions.js';
import { ActorFacts } from './actor-facts.js';
import { Crumbs } from './crumbs.js';
import { Exits, Restarts } from './lives.js';
import { LogTail } from './log-tail.js';
import { PoolLoad } from './pool-load.js';
import { Statechart } from './statechart.js';

/** Roles that own a process, whose output is kept. */
const WITH_LOGS: ReadonlySet<string> = new Set(['worker', 'service', 'starter']);

/** Everything about one actor, dead or alive. */
export function ActorPanel({ path }: { readonly path: string }) {
  // Looking into a machine costs it time: done only while its panel is open.
  const observe = treeState.peek().actors.get(path)?.role === 'machine';
  const { actor, observed, ready } = useLive({ type: 'actor', path, ...(observe && { observe }) });
  if (!actor) return <Missing path={path} isKnown={ready} />;
  const condition = actorCondition(actor);
  return (
    <Panel label={`Actor ${path}`} title={<Title actor={actor} />} actions={<ActorActions actor={actor} />}>
      <p class={`lead tone-${condition}`}>
        <Mark condition={condition} /> <b>{stateText(actor.state)}</b>
        {actor.problem !== null && <span class="lead-problem">{actor.problem}</span>}
      </p>
      <Why target={path} again={`${actor.state} ${actor.incarnation} ${actor.exits.length} ${actor.problem}`} />
      <ActorFacts actor={actor} />
      {actor.role === 'pool' && <PoolLoad path={path} />}
      {WITH_LOGS.has(actor.role) ? (
        <>
          <Lives actor={actor} />
          <Inside actor={actor} />
        </>
      ) : (
        <>
          <Inside actor={actor} />
          <Activity items={observed} />
          <Lives actor={actor} />
        </>
      )}
    </Panel>
  );
}

/** What it is like now: of a machine that is the main thing, of what has a process its ends and its output are. */
function Inside({ actor: { definition, active, context } }: { readonly actor: ActorDetail }) {
  return (
    <>
      {definition && (
        <Section title="Statechart">
          <Statechart root={definition} active={active} />
        </Section>
      )}
      {context !== null && context !== undefined && (
        <Section title="Context">
          <Json value={context} />
        </Section>
      )}
    </>
  );
}

function Lives({ actor: { path, role, status, exits, history, restarts } }: { readonly actor: ActorDetail }) {
  return (
    <>
      <Exits exits={exits} />
      {WITH_LOGS.has(role) && <LogTail path={path} again={exits.length} living={status === 'living'} />}
      <Restarts history={history} total={restarts.total} />
    </>
  );
}

function Title({ actor: { path, role } }: { readonly actor: ActorDetail }) {
  return (
    <>
      <Crumbs path={path} />
      <p class="panel-sub">
        {role} · <a href={linkTo({ view: 'timeline', path })}>timeline</a> ·{' '}
        <a href={linkTo({ view: 'processes', find: path })}>processes</a>
      </p>
    </>
  );
}

function Missing({ path, isKnown }: { readonly path: string; readonly isKnown: boolean }) {
  return (
    <Panel label={`Actor ${path}`} title={<Crumbs path={path} />}>
      {isKnown ? (
        <Empty title="No such actor">{path} does not live here, and nothing is remembered of it.</Empty>
      ) : (
        <NotYet />
      )}
    </Panel>
  );
}
