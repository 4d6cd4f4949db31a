import { type Child, newChild } from './state/children.js';
import type { CallResult, ChildCounts, ChildInfo, SuperviseError } from './state/commands.js';
import type { CallEvent } from './state/events.js';
import type { Turn } from './turn.js';

type StartCall = CallEvent & { readonly type: 'call.startChild' };

/** Answers a call, at once or when its steps are done. */
export function call(turn: Turn, event: CallEvent): void {
  switch (event.type) {
    case 'call.startChild':
      return startChild(turn, event);
    case 'call.terminateChild':
      return withChild(turn, event, terminateChild);
    case 'call.restartChild':
      return turn.state.policy.dynamic
        ? refuse(turn, event, 'simple_one_for_one')
        : withChild(turn, event, restartChild);
    case 'call.deleteChild':
      return turn.state.policy.dynamic
        ? refuse(turn, event, 'simple_one_for_one')
        : withChild(turn, event, deleteChild);
    case 'call.getChildSpec':
      return withChild(turn, event, (_, { policy }) => turn.reply(event.reply, { ok: true, child: policy }));
    case 'call.whichChildren':
      return turn.reply(event.reply, whichChildren(turn));
    case 'call.countChildren':
      return turn.reply(event.reply, { ok: true, counts: count(turn.state.children.all()) });
    default:
      event satisfies never;
  }
}

type Act = (turn: Turn, child: Child, reply: number) => void;

function withChild(turn: Turn, event: CallEvent & { readonly id: string }, act: Act): void {
  const child = turn.child(event.id);
  if (child) act(turn, child, event.reply);
  else refuse(turn, event, 'not_found');
}

function refuse(turn: Turn, { reply }: CallEvent, error: SuperviseError): void {
  turn.reply(reply, { ok: false, error });
}

function startChild(turn: Turn, event: StartCall): void {
  const error = startObstacle(turn, event);
  if (error) return refuse(turn, event, error);
  const { child: policy, reply, incarnation } = event;
  turn.put(newChild(policy, incarnation));
  turn.do([{ type: 'start', id: policy.id, purpose: { type: 'call', reply, isNew: true } }]);
}

function startObstacle({ state }: Turn, { child: policy }: StartCall): SuperviseError | undefined {
  if (policy.significant && state.policy.autoShutdown === 'never') return 'bad_combination';
  const existing = state.children.get(policy.id);
  if (existing) return existing.status === 'running' || state.policy.dynamic ? 'already_started' : 'already_present';
  if (state.policy.dynamic && state.children.size >= state.policy.maxChildren) return 'max_children';
  return undefined;
}

/** Also of a child that is to be restarted: it will not be. */
const terminateChild: Act = (turn, { policy }, to) =>
  turn.do([
    { type: 'stop', id: policy.id },
    { type: 'reply', to },
  ]);

const restartChild: Act = (turn, { policy, status }, reply) => {
  const error = notStopped(status);
  if (error) return turn.reply(reply, { ok: false, error });
  turn.do([{ type: 'start', id: policy.id, purpose: { type: 'call', reply, isNew: false } }]);
};

const deleteChild: Act = (turn, child, reply) => {
  const error = notStopped(child.status);
  if (error) return turn.reply(reply, { ok: false, error });
  turn.drop(child);
  turn.reply(reply, { ok: true });
};

function notStopped(status: Child['status']): 'running' | 'restarting' | undefined {
  if (status === 'stopped') return undefined;
  return status === 'restarting' ? 'restarting' : 'running';
}

function whichChildren(turn: Turn): CallResult {
  const children = turn.state.children.all().map(
    ({ policy: { id, type }, incarnation, status }): ChildInfo => ({
      id,
      path: turn.path(id),
      incarnation,
      status,
      type,
    }),
  );
  return { ok: true, children };
}

function count(children: readonly Child[]): ChildCounts {
  const supervisors = children.filter(({ policy }) => policy.type === 'supervisor').length;
  const active = children.filter(({ status }) => status === 'running').length;
  return { specs: children.length, active, supervisors, workers: children.length - supervisors };
}
