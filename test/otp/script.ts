import type { Difference } from './compare.js';
import type { Act, Dynamic, Group, Request, Scenario, Static, Worker } from './scenario.js';

/** A difference as somebody would write it down: the tree, then what was done, each with what both sides did. */
export function script({ scenario, theirs, ours }: Difference): string {
  const steps = ['start', ...scenario.acts.map(describeAct), 'end'];
  const lines = steps.flatMap((step, index) => {
    const [erlang, espalier] = [theirs, ours].map((trace) => (trace[index] ?? []).join(', '));
    if (erlang === espalier) return [`${step.padEnd(44)} ${erlang}`];
    return [`${step.padEnd(44)} <-- differs`, `    Erlang/OTP: ${erlang}`, `    Espalier:   ${espalier}`];
  });
  return [...describeTree(scenario), '', ...lines].join('\n');
}

function describeTree({ supervisor, outcomes, periodSeconds }: Scenario): string[] {
  const starts = Object.entries(outcomes).map(([path, list]) => `starts of ${path}: ${list.join(', ')}, then ok`);
  return [...describeSupervisor('root', supervisor, ''), `period ${periodSeconds} s`, ...starts];
}

function describeSupervisor(name: string, supervisor: Static | Dynamic, indent: string): string[] {
  const { intensity, autoShutdown } = supervisor;
  const rest = `intensity ${intensity}, autoShutdown ${autoShutdown}`;
  if (supervisor.dynamic) {
    return [`${indent}${name}: dynamic, ${rest}, its children: ${describeWorker({ ...supervisor.child, id: '*' })}`];
  }
  const children = supervisor.children.flatMap((child) => describeChild(child, `${indent}  `));
  return [`${indent}${name}: ${supervisor.strategy}, ${rest}`, ...children];
}

function describeChild(child: Worker | Group, indent: string): string[] {
  if (child.type === 'worker') return [`${indent}${describeWorker(child)}`];
  return describeSupervisor(describePolicy(child), child.supervisor, indent);
}

function describeWorker(worker: Worker): string {
  return `${describePolicy(worker)}${worker.manner === 'stubborn' ? ', stubborn' : ''}`;
}

function describePolicy({ id, restart, shutdown, significant }: Worker | Group): string {
  return `${id} (${restart}, shutdown ${shutdown}${significant ? ', significant' : ''})`;
}

function describeAct(act: Act): string {
  switch (act.type) {
    case 'wait':
      return `wait ${act.ms} ms`;
    case 'exit':
      return `${act.path} ends: ${act.how}`;
    case 'burst':
      return `together end: ${act.exits.map(({ id, how }) => `${act.path}${id} ${how}`).join(', ')}`;
    case 'call':
      return `${act.path || 'root'} ${describeRequest(act.request)}`;
    default:
      return act satisfies never;
  }
}

function describeRequest(request: Request): string {
  if ('child' in request) return `${request.type} ${describeChild(request.child, '').join('; ').trim()}`;
  return 'id' in request ? `${request.type} ${request.id}` : request.type;
}
