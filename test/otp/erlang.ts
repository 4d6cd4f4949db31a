import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Shutdown } from '../../src/machines/supervise/policy.js';
import {
  type Act,
  type Dynamic,
  type Group,
  PERIOD_SECONDS,
  type Request,
  type Scenario,
  type Static,
  type Worker,
} from './scenario.js';

const script = fileURLToPath(new URL('supervisor.escript', import.meta.url));

/** Whether Erlang is installed. */
export function hasErlang(): boolean {
  return spawnSync('escript', ['-h']).error === undefined;
}

/** The traces that Erlang/OTP's supervisor leaves, in the order of the scenarios. */
export async function playInErlang(scenarios: readonly Scenario[]): Promise<readonly (readonly string[])[]> {
  const directory = await mkdtemp(join(tmpdir(), 'espalier-otp-'));
  try {
    const file = join(directory, 'scenarios.terms');
    await writeFile(file, scenarios.map((scenario, number) => `{${number}, ${scenarioTerm(scenario)}}.\n`).join(''));
    const { stdout } = await promisify(execFile)('escript', [script, file], { maxBuffer: 64 * 1024 * 1024 });
    const lines = stdout.split('\n').filter(Boolean);
    return lines.map((line) => line.slice(line.indexOf('\t') + 1).split('|'));
  } finally {
    await rm(directory, { recursive: true });
  }
}

function scenarioTerm({ supervisor, outcomes, acts }: Scenario): string {
  const starts = Object.entries(outcomes).map(([path, list]) => `"${path}" => [${list.join(', ')}]`);
  return `{${supervisorTerm(supervisor)}, #{${starts.join(', ')}}, [${acts.map(actTerm).join(', ')}]}`;
}

function supervisorTerm(supervisor: Static | Dynamic): string {
  const { intensity } = supervisor;
  if (supervisor.dynamic) {
    return `{dynamic, ${intensity}, ${PERIOD_SECONDS}, ${supervisor.restart}, ${shutdownTerm(supervisor.shutdown)}}`;
  }
  const { strategy, autoShutdown, children } = supervisor;
  return `{${strategy}, ${intensity}, ${PERIOD_SECONDS}, ${autoShutdown}, [${children.map(childTerm).join(', ')}]}`;
}

function childTerm(child: Worker | Group): string {
  const { type, id, restart, significant } = child;
  if (child.type === 'supervisor')
    return `{${type}, ${id}, ${restart}, ${significant}, ${supervisorTerm(child.supervisor)}}`;
  return `{${type}, ${id}, ${restart}, ${shutdownTerm(child.shutdown)}, ${significant}, ${child.manner}}`;
}

function shutdownTerm(shutdown: Shutdown): string {
  return shutdown === 'kill' ? 'brutal_kill' : String(shutdown);
}

function actTerm(act: Act): string {
  switch (act.type) {
    case 'wait':
      return `{wait, ${act.ms}}`;
    case 'exit':
      return `{exit, "${act.path}", ${act.how}}`;
    case 'call':
      return `{call, "${act.path}", ${requestTerm(act.request)}}`;
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
  countDynamic: 'count_dynamic',
};

function requestTerm(request: Request): string {
  const name = requests[request.type];
  if ('child' in request) return `{${name}, ${childTerm(request.child)}}`;
  return 'id' in request ? `{${name}, ${request.id}}` : name;
}
