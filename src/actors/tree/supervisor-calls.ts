import { EspalierError } from '../../errors.js';
import type { CallResult, ChildCounts, ChildInfo, SuperviseError } from '../../machines/supervise/state/commands.js';
import type { CallEvent } from '../../machines/supervise/state/events.js';
import { childPath } from './child.js';
import { specProblem } from './child-rules.js';
import type { ChildSpec } from './child-spec.js';
import type { Directory } from './directory.js';
import type { TreeEnvironment } from './environment.js';
import { isChildSpec } from './spec.js';

/** A supervisor's refusal, as a value. `cause` goes with `start_failed`. */
export interface Refused {
  readonly ok: false;
  readonly error: SuperviseError;
  readonly cause?: unknown;
}

/** A child was started, or (`ignored`) did not want to run. */
export interface Started {
  readonly ok: true;
  readonly path: string;
  readonly ignored: boolean;
}

/**
 * A running supervisor, by path: the handle stays good when the supervisor is restarted. Refusals are values in OTP's
 * words. Each call rejects with `ESP_NOT_FOUND` if no supervisor lives at the path, with `ESP_STOPPED` if it ends before it
 * has answered, and with `ESP_INVALID` for what is no child specification.
 */
export interface SupervisorHandle {
  readonly path: string;
  startChild(spec: ChildSpec): Promise<Started | Refused>;
  terminateChild(id: string): Promise<{ readonly ok: true } | Refused>;
  restartChild(id: string): Promise<Started | Refused>;
  deleteChild(id: string): Promise<{ readonly ok: true } | Refused>;
  /** In the order of their start. */
  whichChildren(): Promise<readonly ChildInfo[]>;
  countChildren(): Promise<ChildCounts>;
  getChildSpec(id: string): Promise<{ readonly ok: true; readonly child: ChildSpec } | Refused>;
}

type Answer = (result: CallResult) => void;

/** The calls that wait for their answer in one tree. */
class OpenCalls {
  readonly #open = new Map<number, Answer>();
  #last = 0;

  open(answer: Answer): number {
    this.#last += 1;
    this.#open.set(this.#last, answer);
    return this.#last;
  }

  close(reply: number, result?: CallResult): void {
    const answer = this.#open.get(reply);
    this.#open.delete(reply);
    if (result) answer?.(result);
  }
}

const openCalls = new WeakMap<Directory, OpenCalls>();

function callsOf({ directory }: TreeEnvironment): OpenCalls {
  const calls = openCalls.get(directory) ?? new OpenCalls();
  openCalls.set(directory, calls);
  return calls;
}

/** Hands a supervisor's answer to the one who asked, if he still waits. */
export function answerCall(env: TreeEnvironment, reply: number, result: CallResult): void {
  callsOf(env).close(reply, result);
}

// Distributes over the union of calls: each keeps its own fields.
type Question = CallEvent extends infer E ? (E extends CallEvent ? Omit<E, 'reply'> : never) : never;

function ask(env: TreeEnvironment, path: string, question: Question): Promise<CallResult> {
  const calls = callsOf(env);
  const { directory } = env;
  return new Promise((resolve, reject) => {
    if (env.isOver?.())
      return reject(new EspalierError('ESP_STOPPED', 'the system has stopped', { context: { path } }));
    // Nobody else would ever answer.
    if (!directory.whereis(path)?.handles(question.type)) {
      return reject(new EspalierError('ESP_NOT_FOUND', `no supervisor lives at ${path}`, { context: { path } }));
    }
    const reply = calls.open((result) => {
      watch[Symbol.dispose]();
      resolve(result);
    });
    const watch = directory.monitor(path, () => {
      calls.close(reply);
      reject(new EspalierError('ESP_STOPPED', `${path} ended before it had answered`, { context: { path } }));
    });
    directory.send(path, { ...question, reply });
  });
}

/** The handle of the supervisor at a path, also of any other machine that supervises. */
export function supervisorHandle(env: TreeEnvironment, path: string): SupervisorHandle {
  const call = (question: Question) => ask(env, path, question);
  return {
    path,
    startChild: async (child) => {
      const problem = specProblem(child, '');
      if (problem !== undefined) throw new EspalierError('ESP_INVALID', `${path}: ${problem}`);
      const incarnation = env.directory.lastIncarnation(childPath(path, child.id));
      return started(await call({ type: 'call.startChild', child, incarnation }));
    },
    terminateChild: async (id) => acknowledged(await call({ type: 'call.terminateChild', id })),
    restartChild: async (id) => started(await call({ type: 'call.restartChild', id })),
    deleteChild: async (id) => acknowledged(await call({ type: 'call.deleteChild', id })),
    whichChildren: async () => {
      const result = await call({ type: 'call.whichChildren' });
      return 'children' in result ? result.children : unexpected(result);
    },
    countChildren: async () => {
      const result = await call({ type: 'call.countChildren' });
      return 'counts' in result ? result.counts : unexpected(result);
    },
    getChildSpec: async (id) => {
      const result = await call({ type: 'call.getChildSpec', id });
      if (!result.ok) return result;
      return 'child' in result && isChildSpec(result.child) ? { ok: true, child: result.child } : unexpected(result);
    },
  };
}

function started(result: CallResult): Started | Refused {
  return !result.ok || 'ignored' in result ? result : unexpected(result);
}

function acknowledged(result: CallResult): { readonly ok: true } | Refused {
  return result.ok ? { ok: true } : result;
}

/** Questions that cannot be refused are refused only by a supervisor on its way out. */
function unexpected(result: CallResult): never {
  const error = result.ok ? 'another answer' : result.error;
  throw new EspalierError('ESP_STOPPED', `the supervisor could not answer: ${error}`);
}
