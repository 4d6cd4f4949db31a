import type { WireEvent } from 'espalier/client';
import { eventCondition } from '../../model/event.js';
import { Empty } from '../../parts/empty.js';
import { timeOfDay } from '../../parts/format.js';
import { Json } from '../../parts/json.js';
import { Mark } from '../../parts/mark.js';
import { Output } from '../../parts/output.js';
import { Facts, Panel, Section } from '../../parts/panel.js';
import { PathLink } from '../../parts/path-link.js';
import { linkTo } from '../../state/route.js';

/** One event with all that it holds. */
export function EventPanel({ seq, event }: { readonly seq: string; readonly event: WireEvent | undefined }) {
  if (!event) {
    return (
      <Panel label={`Event ${seq}`} title={<h2>Event {seq}</h2>}>
        <Empty title="Not in this list">It is older than what is shown, or the filters leave it out.</Empty>
      </Panel>
    );
  }
  const { type, at, path, incarnation, ctx, runId, data } = event;
  const { stderr, ...rest } = data;
  // What a program wrote is read as it wrote it.
  const words = typeof stderr === 'string' && stderr !== '' ? stderr : null;
  const condition = eventCondition(event);
  return (
    <Panel label={`Event ${seq}`} title={<h2>Event {seq}</h2>}>
      <p class={`lead tone-${condition}`}>
        <Mark condition={condition} /> <b>{type}</b>
      </p>
      <Facts
        facts={[
          ['At', `${new Date(at).toLocaleDateString('en-CA')} ${timeOfDay(at)}`],
          ['Actor', path && <PathLink key="path" path={path} />],
          ['Life', incarnation],
          ['Run', ctx.run && <a href={linkTo({ view: 'runs', at: ctx.run })}>{ctx.run}</a>],
          ['Job', ctx.job && <a href={linkTo({ view: 'runs', at: ctx.job })}>{ctx.job}</a>],
          ['Attempt', ctx.attempt],
          ['Host', runId],
        ]}
      />
      {words !== null && (
        <Section title="Its last words">
          <Output stdout="" stderr={words} />
        </Section>
      )}
      <Section title="Data">
        <Json value={words === null ? data : rest} />
      </Section>
      <Section title="Look further">
        <p>
          {path && <a href={linkTo({ view: 'timeline', path })}>Everything that happened to {path}</a>}
          {!path && (
            <a href={linkTo({ view: 'timeline', types: [type.split('.')[0] ?? ''] })}>Other events like this</a>
          )}
        </p>
      </Section>
    </Panel>
  );
}
