/** An error to be planted: one clause of the supervisor, written wrong. */
export interface PlantedError {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

const strategy = 'src/machines/supervise/strategy.ts';
const exited = 'src/machines/supervise/exited.ts';
const start = 'src/machines/supervise/start.ts';
const stop = 'src/machines/supervise/stop.ts';
const call = 'src/machines/supervise/call.ts';
const intensity = 'src/machines/supervise/intensity.ts';
const restart = 'src/machines/supervise/restart.ts';
const decide = 'src/machines/supervise/decide.ts';
const turn = 'src/machines/supervise/turn.ts';
const perform = 'src/actors/tree/supervisor-perform.ts';
const cell = 'src/actors/cell/cell.ts';

/** At least one for each strategy, each restart type, each kind of shutdown and each rule of the supervisor. */
export const errors: Readonly<Record<string, PlantedError>> = {
  'one_for_one takes all along': {
    file: strategy,
    right: 'one_for_one: (_children, id) => [id]',
    wrong: 'one_for_one: (children) => children.ids()',
  },
  'one_for_all leaves alone those before the child': {
    file: strategy,
    right: 'one_for_all: (children) => children.ids()',
    wrong: 'one_for_all: (children, id) => fromOn(children.ids(), id)',
  },
  'rest_for_one leaves alone those after the child': {
    file: strategy,
    right: 'rest_for_one: (children, id) => fromOn(children.ids(), id)',
    wrong: 'rest_for_one: (_children, id) => [id]',
  },
  'rest_for_one takes those before the child': {
    file: strategy,
    right: 'ids.slice(ids.indexOf(id))',
    wrong: 'ids.slice(0, ids.indexOf(id) + 1)',
  },
  'dynamic: a child that has ended is kept': {
    file: turn,
    right: "const isFleeting = this.state.policy.dynamic || child.policy.restart === 'temporary'",
    wrong: "const isFleeting = child.policy.restart === 'temporary'",
  },
  'dynamic: children can be restarted by hand': {
    file: call,
    right:
      "return turn.state.policy.dynamic\n        ? refuse(turn, event, 'simple_one_for_one')\n        : withChild(turn, event, restartChild)",
    wrong: 'return withChild(turn, event, restartChild)',
  },
  'a permanent child is not restarted after a normal end': {
    file: exited,
    right: 'permanent: () => true',
    wrong: "permanent: (exit) => exit.kind !== 'normal'",
  },
  'a transient child is restarted after shutdown': {
    file: exited,
    right: 'transient: (exit) => !isExpected(exit)',
    wrong: "transient: (exit) => exit.kind !== 'normal'",
  },
  'a temporary child is restarted after a crash': {
    file: exited,
    right: 'temporary: () => false',
    wrong: "temporary: (exit) => exit.kind === 'crash'",
  },
  'any_significant does not shut down': {
    file: exited,
    right: "case 'any_significant':\n      return significant;",
    wrong: "case 'any_significant':\n      return false;",
  },
  'all_significant shuts down with the first': {
    file: exited,
    right: 'return significant && state.children.liveSignificant === 0',
    wrong: 'return significant',
  },
  'one restart less than the intensity is allowed': {
    file: intensity,
    right: 'recent.length > intensity',
    wrong: 'recent.length >= intensity',
  },
  'one restart more than the intensity is allowed': {
    file: intensity,
    right: 'recent.length > intensity',
    wrong: 'recent.length > intensity + 1',
  },
  'restarts are never forgotten': {
    file: intensity,
    right: 'now - at <= periodMs',
    wrong: 'now - at <= Number.MAX_VALUE',
  },
  'a failed restart does not count': {
    file: decide,
    right: 'restart(turn, child, failedRestart(event.error))',
    wrong: 'restartDue(turn, child)',
  },
  'a failed restart starts over with the whole group': {
    file: start,
    right: "turn.wait({ type: 'child.retry', id: policy.id, incarnation, error })",
    wrong: "turn.wait({ type: 'child.retry', id: turn.state.children.ids()[0] ?? policy.id, incarnation, error })",
  },
  'a group is stopped oldest first': {
    file: restart,
    right: 'others.reverse().map',
    wrong: 'others.map',
  },
  'a supervisor stops its oldest child first': {
    file: stop,
    right: 'const newestFirst = children.all().reverse()',
    wrong: 'const newestFirst = children.all()',
  },
  'a supervisor past its intensity crashes': {
    file: restart,
    right:
      "beginStop(turn, { kind: 'shutdown', reason: { type: 'max_restart_intensity', child: turn.path(id), reason } })",
    wrong: "beginStop(turn, { kind: 'crash', error: reason })",
  },
  'a group of which one had ended too starts it twice': {
    file: stop,
    right: 'noteWaitingExits(turn, new Set(ids));',
    wrong: '',
  },
  'brutal kill is polite': {
    file: stop,
    right: "turn.command({ type: 'stop', id, incarnation, shutdown: policy.shutdown })",
    wrong:
      "turn.command({ type: 'stop', id, incarnation, shutdown: policy.shutdown === 'kill' ? 50 : policy.shutdown })",
  },
  'a child that does not stop is waited for': {
    file: cell,
    right: "if (this.#exit || shutdown === 'infinity') return;",
    wrong: 'return;',
  },
  'a killed supervisor leaves its children alive': {
    file: perform,
    right: 'void live.cell?.kill();',
    wrong: '',
  },
  'a temporary child that ignores its start is kept': {
    file: start,
    right: 'turn.retire(child);\n  if (purpose',
    wrong: "turn.put(child, { status: 'stopped' });\n  if (purpose",
  },
  'a child whose first start failed is kept': {
    file: start,
    right: 'if (purpose.isNew) turn.drop(child);\n      else turn.retire',
    wrong: 'turn.retire',
  },
  'a temporary child that was terminated is kept': {
    file: stop,
    right: 'turn.retire(child);\n  // When',
    wrong: "turn.put(child, { status: 'stopped' });\n  // When",
  },
  'a supervisor goes on when a first start fails': {
    file: start,
    right:
      "beginStop(turn, { kind: 'crash', error: startError(turn.path(child.policy.id), error) });\n      return turn.retire(child);",
    wrong: 'return turn.done();',
  },
  'a running child can be deleted': {
    file: call,
    right: 'const deleteChild: Act = (turn, child, reply) => {\n  const error = notStopped(child.status);',
    wrong: 'const deleteChild: Act = (turn, child, reply) => {\n  const error = notStopped("stopped");',
  },
  'a running child can be restarted': {
    file: call,
    right: 'const restartChild: Act = (turn, { policy, status }, reply) => {\n  const error = notStopped(status);',
    wrong: 'const restartChild: Act = (turn, { policy, status }, reply) => {\n  const error = notStopped("stopped");',
  },
  'a stopped child counts as already started': {
    file: call,
    right: "? 'already_started' : 'already_present'",
    wrong: "? 'already_started' : 'already_started'",
  },
  'only running supervisors are counted as such': {
    file: call,
    right: "children.filter(({ policy }) => policy.type === 'supervisor').length",
    wrong: "children.filter(({ policy, status }) => policy.type === 'supervisor' && status === 'running').length",
  },
  'specified children are counted as active': {
    file: call,
    right: "children.filter(({ status }) => status === 'running').length",
    wrong: 'children.length',
  },
};
