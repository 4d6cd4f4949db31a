import type { Shutdown } from '../../src/machines/supervise/state/child-policy.js';
import type { Act, Dynamic, Group, Request, Scenario, Static, Worker } from './scenario.js';

/** A scenario as an Erlang term, for `supervisor.escript`. */
export function scenarioTerm({ periodSeconds, supervisor, outcomes, acts }: Scenario): string {
  const starts = Object.entries(outcomes).map(([path, list]) => `"${path}" => [${list.join(', ')}]`);
  const root = supervisorTerm(supervisor, periodSeconds);
  return `{${root}, #{${starts.join(', ')}}, [${acts.map((act) => actTerm(act, periodSeconds)).join(', ')}]}`;
}

function supervisorTerm(supervisor: Static | Dynamic, period: number): string {
  const { intensity, autoShutdown } = supervisor;
  if (supervisor.dynamic) {
    const { restart, shutdown, significant, manner } = supervisor.child;
    const child = `{${restart}, ${shutdownTerm(shutdown)}, ${significant}, ${manner}}`;
    return `{dynamic, ${intensity}, ${period}, ${autoShutdown}, ${child}}`;
  }
  const children = supervisor.children.map((child) => childTerm(child, period)).join(', ');
  return `{${supervisor.strategy}, ${intensity}, ${period}, ${autoShutdown}, [${children}]}`;
}

function childTerm(child: Worker | Group, period: number): string {
  const { type, id, restart, shutdown, significant } = child;
  const rest = child.type === 'worker' ? child.manner : supervisorTerm(child.supervisor, period);
  return `{${type}, ${id}, ${restart}, ${shutdownTerm(shutdown)}, ${significant}, ${rest}}`;
}

function shutdownTerm(shutdown: Shutdown): string {
  return shutdown === 'kill' ? 'brutal_kill' : String(shutdown);
}

function actTerm(act: Act, period: number): string {
  switch (act.type) {
    case 'wait':
      return `{wait, ${act.ms}}`;
    case 'exit':
      return `{exit, "${act.path}", ${act.how}}`;
    case 'burst':
      return `{burst, "${act.path}", [${act.exits.map(({ id, how }) => `{"${act.path}${id}", ${how}}`).join(', ')}]}`;
    case 'call':
      return `{call, "${act.path}", ${requestTerm(act.request, period)}}`;
    default:
      return act satisfies never;
  }
}

const requests: Readonly<Record<Request['type'], string>> = {
  startChild: 'start_child',
  terminateChild: 'terminate_child',
  restartChild: 'restart_child',
  deleteChild: 'delete_child',
  getChildSpec: 'get_childspec',
  whichChildren: 'which_children',
  countChildren: 'count_children',
  startDynamic: 'start_dynamic',
  terminateDynamic: 'terminate_dynamic',
  whichDynamic: 'which_dynamic',
  countDynamic: 'count_dynamic',
};

function requestTerm(request: Request, period: number): string {
  const name = requests[request.type];
  if ('child' in request) return `{${name}, ${childTerm(request.child, period)}}`;
  return 'id' in request ? `{${name}, ${request.id}}` : name;
}
