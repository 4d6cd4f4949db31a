import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { installForeignProgram, startAsNobody } from '../transport/process/foreign-user.js';
import { line } from '../transport/process/support.js';
import type { Fault } from './table.js';

const runner = fileURLToPath(new URL('hosts/run.mjs', import.meta.url));

/** A host whose fault has shown. */
export interface FaultyHost {
  readonly store: string;
  readonly target: string;
  readonly host: string;
  /** The address of its page, while it lives. */
  readonly url: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** Ends it in order, if it still lives. */
  stop(): Promise<void>;
}

/** Starts a host with a fault and waits until that has shown; null where this machine cannot have it. */
export async function startFault({ name, needs }: Fault): Promise<FaultyHost | null> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-fault-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (needs !== undefined && !prepare[needs](folder)) return null;
  const words = [runner, name, folder];
  // What must not be root's runs as nobody.
  const child = needs === 'another user' ? startAsNobody(words) : spawn(process.execPath, words, { cwd: '/' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  const stop = async () => {
    child.stdin.end();
    await exited;
  };
  onTestFinished(stop);
  const first = await Promise.race([line(child.stdout), exited.then(() => Promise.reject(new Error(said)))]);
  return { ...JSON.parse(first), child, stop };
}

const prepare: Readonly<Record<NonNullable<Fault['needs']>, (folder: string) => boolean>> = {
  'small disk': (folder) => {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status !== 0) return false;
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    return true;
  },
  'memory cgroup': (folder) => {
    const controls = ['/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/cgroup.controllers'];
    if (process.getuid?.() !== 0 || !controls.some((file) => existsSync(file))) return false;
    onTestFinished(() => removeGroup(join(folder, 'cgroup')));
    return true;
  },
  'another user': (folder) => installForeignProgram(folder) !== null,
  python: () => spawnSync('python3', ['--version']).status === 0,
};

function removeGroup(note: string): void {
  if (existsSync(note)) rmdirSync(readFileSync(note, 'utf8'));
}
