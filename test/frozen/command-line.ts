import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { bin, version }: { bin: { espalier: string }; version: string } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const main = join(root, bin.espalier);

/** What came of a command. */
export interface Played {
  readonly args: readonly string[];
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder that goes away after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-frozen-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Plays commands that start nothing, one after the other. */
export function playAll(folder: string, commands: readonly (readonly string[])[]): readonly Played[] {
  const player = fileURLToPath(new URL('fixtures/many-commands.mjs', import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, [player, main, JSON.stringify(commands)], { cwd: folder }).toString(),
  );
}

/** Plays one command as a process. `onError` is handed what it has written to standard error, whenever that grows. */
export async function play(
  folder: string,
  args: readonly string[],
  stdin = '',
  onError: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Played> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onError(stderr, (signal) => void child.kill(signal));
  });
  child.stdin.on('error', () => {}).end(stdin);
  const [code] = await once(child, 'close');
  return { args, code, stdout, stderr };
}

/** What was typed, how it ended, and all that it printed. */
export function transcript({ args, code, stdout, stderr }: Played): string {
  const typed = args.map((word) => (/^[\w./=:-]+$/.test(word) ? word : `'${word}'`)).join(' ');
  const block = (name: string, text: string) => (text === '' ? '' : `--- ${name}\n${text.replace(/\n?$/, '\n')}`);
  return [`$ espalier${typed && ` ${typed}`}\n`, block('stdout', stdout), block('stderr', stderr), `--- exit ${code}\n`]
    .join('')
    .replaceAll(version, '<version>');
}
