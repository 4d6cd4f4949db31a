import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.js';

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A row as it stands on standard output. */
export interface Row {
  readonly index: number;
  readonly status: string;
  readonly input: string;
  readonly output?: { stdout: string; stderr: string; exitCode: number | null; signal: string | null };
  readonly error?: { code: string; message: string };
  readonly attempts: number;
  readonly durationMs: number;
}

const live = new Set<LiveCommand>();
const folders: string[] = [];

afterEach(async () => {
  for (const command of live) command.child.kill('SIGKILL');
  await Promise.all([...live].map((command) => command.result));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that goes away after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-cli-'));
  folders.push(folder);
  return folder;
}

/** A command of the command line as a real process, ended after the test whatever happens. */
export class LiveCommand {
  readonly child: ChildProcessWithoutNullStreams;
  readonly result: Promise<Result>;
  #stdout = '';
  #stderr = '';

  constructor(cwd: string, args: readonly string[], stdin?: string | Uint8Array) {
    this.child = spawn(process.execPath, [main, ...args], { cwd });
    live.add(this);
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.child.stdin.on('error', () => {}).end(stdin);
    this.result = once(this.child, 'close').then(([code, signal]) => {
      live.delete(this);
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** Resolves with the first match in standard error; rejects when the process ends without one. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#match(this.child.stderr, () => this.#stderr, pattern);
  }

  /** The same for standard output. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#match(this.child.stdout, () => this.#stdout, pattern);
  }

  /** The id on the first line of standard error. */
  async runId(): Promise<string> {
    return (await this.says(/^run (\S+)$/m))[1] ?? '';
  }

  async #match(stream: NodeJS.ReadableStream, text: () => string, pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(text());
      if (match) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`ended without ${pattern}:\n${text()}\n${this.#stderr}`);
      }
      await Promise.race([once(stream, 'data'), this.result]);
    }
  }
}

/** Runs a command to its end. */
export async function espalier(cwd: string, args: readonly string[], stdin?: string | Uint8Array): Promise<Result> {
  return await new LiveCommand(cwd, args, stdin).result;
}

/** Runs a shell script in which `espalier` is ours: `$NODE $MAIN`. */
export async function shell(cwd: string, script: string): Promise<Result> {
  const own = `NODE='${process.execPath}'; MAIN='${main}'; espalier() { "$NODE" "$MAIN" "$@"; }\n`;
  const child = spawn('sh', ['-c', own + script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}

/**
 * As `espalier`, within this process, which is many times quicker: for a command that starts nothing and reads no standard
 * input. One at a time, for it changes the working folder.
 */
export async function espalierHere(cwd: string, args: readonly string[]): Promise<Omit<Result, 'signal'>> {
  const [stdout, stderr] = [hear(process.stdout), hear(process.stderr)];
  const [folder, { exitCode }] = [process.cwd(), process];
  try {
    process.chdir(cwd);
    process.exitCode = undefined;
    await runCommandLine(args);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.chdir(folder);
    process.exitCode = exitCode;
    stdout.end();
    stderr.end();
  }
}

/** Takes what is written to a stream of this process instead of the stream. */
function hear(stream: NodeJS.WriteStream): { text(): string; end(): void } {
  const written: string[] = [];
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk, ...more) => {
    for (const done of more) if (typeof done === 'function') done();
    return written.push(String(chunk)) > 0;
  });
  return { text: () => written.join(''), end: () => spy.mockRestore() };
}

/** JSON lines, parsed. */
export function rowsOf(stdout: string): Row[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Writes a file of lines into the folder and answers its name. */
export function linesFile(folder: string, lines: readonly string[], name = 'input'): string {
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));
  return name;
}

/** The lines that commands appended to a file. */
export function readLines(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
