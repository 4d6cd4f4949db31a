import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { formatRunId } from '../../../src/ids.js';
import { until as wait } from '../../../src/testing/index.js';
import type { SpawnedProcess, SpawnRequest } from '../../../src/transport/process/contract/spawner.js';
import { listPids, readStat } from '../../../src/transport/process/proc/proc.js';
import { isAlive } from '../../../src/transport/process/proc/stat.js';

/** Waits for what must come; only what hangs is to fail by time, however slow the machine. */
export function until(what: string, condition: () => boolean, withinMs = 60_000): Promise<number> {
  return wait(what, condition, withinMs);
}

/** A fresh run id. */
export function newRunId(): string {
  return formatRunId(Date.now(), randomBytes(8).toString('hex'));
}

let spawns = 0;

/** A request for a shell script, with an environment of its own. */
export function shell(script: string, more: Partial<SpawnRequest> = {}): SpawnRequest {
  return request(['/bin/sh', '-c', script], more);
}

/** A request for any program. */
export function request(command: readonly [string, ...string[]], more: Partial<SpawnRequest> = {}): SpawnRequest {
  const spawnId = `t${++spawns}`;
  return { spawnId, label: `test:/${spawnId}`, command, cwd: '/', env: { PATH: process.env.PATH ?? '' }, ...more };
}

/** All of a stream as text. */
export async function text(stream: Readable): Promise<string> {
  let all = '';
  for await (const chunk of stream.setEncoding('utf8')) all += String(chunk);
  return all;
}

/** Runs to the end: exit, group, both streams. */
export async function finish(child: SpawnedProcess) {
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), child.exited]);
  await child.killGroup();
  return { stdout, stderr, exit };
}

/** The next line a program writes. */
export async function line(stream: Readable): Promise<string> {
  let all = '';
  for (;;) {
    const chunk: unknown = stream.read();
    if (chunk !== null) all += String(chunk);
    const end = all.indexOf('\n');
    if (end !== -1) {
      stream.unshift(all.slice(end + 1));
      return all.slice(0, end);
    }
    if (stream.readableEnded) throw new Error(`the stream ended after ${JSON.stringify(all)}`);
    await new Promise<void>((resolve) => {
      const go = () => {
        stream.off('readable', go).off('end', go);
        resolve();
      };
      stream.on('readable', go).on('end', go);
    });
  }
}

/** Whether a pid names a live process: a zombie is none. */
export function lives(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && isAlive(stat);
}

/** The live members of a process group. */
export function groupMembers(group: number): readonly number[] {
  return listPids().filter((pid) => {
    const stat = readStat(pid);
    return stat !== null && stat.group === group && isAlive(stat);
  });
}
