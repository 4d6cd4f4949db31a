import { Meter } from '../../parts/meter.js';
import { Section } from '../../parts/panel.js';
import { gauges } from '../../state/tree.js';

/** What a pool does at this moment: seats that serve, work that it has begun, work that waits. */
export function PoolLoad({ path }: { readonly path: string }) {
  const { pool, load = 0, mailbox = 0 } = gauges.value.gauges?.actors[path] ?? {};
  if (!pool) return null;
  const { size, serving, capacity, maxQueue } = pool;
  return (
    <Section title="Load">
      <div class="meters">
        <Meter name="Seats" value={serving} of={size} word="serve" tone={serving < size ? 'waiting' : 'running'} />
        <Meter name="At work" value={load} of={capacity} word="begun" tone="running" />
        <Meter name="Waiting" value={mailbox} of={maxQueue} word="wait" tone={isAlmostFull(mailbox, maxQueue)} />
      </div>
    </Section>
  );
}

/** A queue says so before it is full: what comes then is refused, held or dropped. */
function isAlmostFull(waiting: number, maxQueue: number): 'idle' | 'waiting' | 'failed' {
  if (waiting >= maxQueue && waiting > 0) return 'failed';
  return waiting > maxQueue / 2 ? 'waiting' : 'idle';
}
