import { type ActorLoad, HEALTHS } from '../protocol/wire.js';
import type { Hub } from '../service/hub.js';

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** The state of the system in the text format of Prometheus. */
export function metricsText(hub: Hub): string {
  return metrics(hub)
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
    })
    .join('\n')
    .concat('\n');
}

function metrics(hub: Hub): readonly Metric[] {
  const { host } = hub.options;
  const memory = process.memoryUsage();
  return [
    ...actorMetrics(hub),
    one('espalier_journal_seq', 'counter', 'The newest event of the journal.', hub.ring.head),
    one('espalier_dead_letters_total', 'counter', 'Events that reached no actor.', host.actors?.deadLetters ?? 0),
    one('espalier_inspector_clients', 'gauge', 'Clients of the inspector.', hub.size),
    one('espalier_host_resident_bytes', 'gauge', 'Resident memory of the host.', memory.rss),
    one('espalier_host_heap_bytes', 'gauge', 'Used heap of the host.', memory.heapUsed),
    ...poolMetrics([...host.loads()]),
    {
      name: 'espalier_run_committed_rows',
      type: 'gauge',
      help: 'Committed rows of a run, by status.',
      samples: [...hub.follower.runs.all()].flatMap(({ run, counts }) =>
        Object.entries(counts).map(([status, value]) => ({ labels: { run, status }, value })),
      ),
    },
  ];
}

function actorMetrics(hub: Hub): readonly Metric[] {
  const byHealth = new Map<string, number>(HEALTHS.map((health) => [health, 0]));
  let restarts = 0;
  for (const { health, restarts: own } of hub.viewer.model.summaries()) {
    byHealth.set(health, (byHealth.get(health) ?? 0) + 1);
    restarts += own.total;
  }
  const samples = [...byHealth].map(([health, value]) => ({ labels: { health }, value }));
  return [
    { name: 'espalier_actors', type: 'gauge', help: 'Actors, the dead that are remembered among them.', samples },
    one('espalier_restarts_total', 'counter', 'Restarts of the actors that are known.', restarts),
  ];
}

function one(name: string, type: Metric['type'], help: string, value: number): Metric {
  return { name, type, help, samples: [{ labels: {}, value }] };
}

function poolMetrics(loads: readonly (readonly [path: string, load: ActorLoad])[]): readonly Metric[] {
  const pools = loads.flatMap(([path, { mailbox = 0, load = 0, pool }]) =>
    pool ? [{ path, mailbox, load, pool }] : [],
  );
  const metric = (name: string, help: string, value: (of: (typeof pools)[number]) => number): Metric => {
    return { name, type: 'gauge', help, samples: pools.map((of) => ({ labels: { pool: of.path }, value: value(of) })) };
  };
  return [
    metric('espalier_pool_size', 'Seats that a pool is to have.', ({ pool }) => pool.size),
    metric('espalier_pool_serving', 'Seats of a pool that take work.', ({ pool }) => pool.serving),
    metric('espalier_pool_waiting', 'Work that waits in a pool.', ({ mailbox }) => mailbox),
    metric('espalier_pool_running', 'Work that a pool has begun.', ({ load }) => load),
  ];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
