import type { ActorDetail } from 'espalier/client';
import { usageOf } from '../../model/usage.js';
import { BudgetMeter } from '../../parts/budget-meter.js';
import { ago, bytes, percent, timeOfDay } from '../../parts/format.js';
import { Facts } from '../../parts/panel.js';
import { gauges, now } from '../../state/tree.js';

/** What can be said of an actor in a word or two each. */
export function ActorFacts({ actor }: { readonly actor: ActorDetail }) {
  const { path, role, incarnation, since, pid, budget, spec, children, restarts, status } = actor;
  const measured = gauges.value.gauges?.actors[path];
  const { cpu, rss } = usageOf(actor, measured);
  return (
    <Facts
      facts={[
        [
          'Since',
          <time key="since" title={timeOfDay(since)}>
            {ago(since, now.value)}
          </time>,
        ],
        ['Life', status === 'living' ? `${incarnation}` : `${incarnation}, over`],
        ['Restarts', restarts.total],
        ['Budget', budget && <BudgetMeter budget={budget} now={now.value} />],
        ['PID', pid],
        ['CPU', cpu === undefined ? null : percent(cpu)],
        ['Memory', rss === undefined ? null : bytes(rss)],
        ['Waiting', role === 'pool' ? null : measured?.mailbox],
        ['Children', children || null],
        ['Restart', spec && `${spec.restart}${spec.significant ? ', significant' : ''}`],
        ['Shutdown', spec && (/^\d+$/.test(spec.shutdown) ? `${spec.shutdown} ms` : spec.shutdown)],
      ]}
    />
  );
}
