import type { Directory } from '../../actors/tree/directory.js';
import type { SupervisorHandle } from '../../actors/tree/supervisor-calls.js';
import type { RunRef } from '../../ids.js';
import type { RunStore } from '../../persistence/index.js';
import type { InspectedHost, Refused } from '../../transport/inspector/inspected-host.js';
import type { Answer, Control } from '../../transport/inspector/protocol/wire.js';
import { controlJobs, type JobControlParts } from './control-jobs.js';

export interface ControlParts extends JobControlParts {
  readonly directory: Directory;
  readonly runs: Pick<RunStore, 'get' | 'wish'>;
  supervisor(path: string): SupervisorHandle;
}

type Done = Extract<Answer, { type: 'done' }>;

/** How long an actor may take to stop before it is killed, in milliseconds. */
const SHUTDOWN_MS = 5000;

/** Does what a client asks for. Whether it may was decided before. */
export function controller(parts: ControlParts): InspectedHost['control'] {
  return (control) => {
    switch (control.type) {
      case 'actor.stop':
        return endActor(parts, control.path, 'stopped');
      case 'actor.kill':
        return endActor(parts, control.path, 'killed');
      case 'actor.restart':
        return restart(parts, control.path);
      case 'run.pause':
      case 'run.resume':
      case 'run.stop':
        return askRun(parts, control);
      case 'job.cancel':
      case 'job.retry':
      case 'job.answer':
      case 'queue.pause':
      case 'queue.resume':
      case 'schedule.pause':
      case 'schedule.resume':
        return controlJobs(parts, control);
      default:
        return control satisfies never;
    }
  };
}

/** Its end follows; a supervisor's may take as long as its children do, so nobody waits for it here. */
async function endActor({ directory }: ControlParts, path: string, how: 'stopped' | 'killed'): Promise<Done | Refused> {
  const cell = directory.whereis(path);
  if (!cell) return nobody(path);
  void (how === 'killed' ? cell.kill() : cell.stop(SHUTDOWN_MS, 'the inspector'));
  return done(`${path} is being ${how}`);
}

/** Through its supervisor, so that it does not count as a failure; what is no child of one is replaced by its starter. */
async function restart(parts: ControlParts, path: string): Promise<Done | Refused> {
  const { directory, supervisor } = parts;
  const at = path.lastIndexOf('/');
  const parent = directory.whereis(path.slice(0, at) || '/');
  if (path === '/' || !parent) return nobody(path);
  const id = path.slice(at + 1);
  if (parent.role === 'supervisor' || parent.role === 'pool') {
    const handle = supervisor(parent.path);
    const ended = await handle.terminateChild(id);
    const restarted = ended.ok ? await handle.restartChild(id) : ended;
    if (restarted.ok) return done(`${path} has been restarted`);
    if (restarted.error !== 'simple_one_for_one') return refused(`${parent.path} refuses: ${restarted.error}`);
  }
  return await endActor(parts, path, 'stopped');
}

async function askRun({ runs }: ControlParts, control: Extract<Control, { run: RunRef }>): Promise<Done | Refused> {
  const { run } = control;
  if (!(await runs.get(run))) return { refused: 'not_found', message: `there is no run ${run}` };
  const wish = control.type === 'run.pause' ? 'pause' : control.type === 'run.resume' ? 'resume' : 'stop';
  if (await runs.wish(run, wish)) return done(`run ${run} was asked to ${wish}`);
  return refused(`run ${run} is in no state in which it could ${wish}`);
}

function done(what: string): Done {
  return { type: 'done', what };
}

function refused(message: string): Refused {
  return { refused: 'unavailable', message };
}

function nobody(path: string): Refused {
  return { refused: 'not_found', message: `no actor lives at ${path}` };
}
