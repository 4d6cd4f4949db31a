import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.js';
import type { SpawnedProcess } from '../../transport/process/contract/spawner.js';

/** How a service shows that it can be used. */
export type Readiness =
  /** Something accepts TCP connections there. */
  | { readonly port: number; readonly host?: string }
  /** A line of its output matches. */
  | { readonly log: string | RegExp }
  /** It writes a line `READY=1` to the descriptor that `ESPALIER_FD` names. */
  | { readonly notify: true };

/** How often a port that does not answer yet is tried, in milliseconds. */
const RETRY_MS = 50;

/** A line without an end is taken for whole once nothing has followed it for so long, in milliseconds: a prompt, say. */
const QUIET_MS = 100;

/** Looked for in one line; longer ones are cut. */
const LONGEST_LINE = 64 * 1024;

/** Calls `ready` once the process shows that it is. The returned function ends the watch. */
export function watchReadiness(
  readiness: Readiness | undefined,
  process: Pick<SpawnedProcess, 'stdout' | 'stderr' | 'port'>,
  clock: Clock,
  ready: () => void,
): () => void {
  if (readiness === undefined) {
    queueMicrotask(ready);
    return () => undefined;
  }
  if ('port' in readiness) return watchPort(readiness.port, readiness.host, clock, ready);
  if ('log' in readiness) {
    const pattern = readiness.log;
    // `test` would begin behind its last match, in the boot before, when the pattern is global or sticky.
    const matches = (line: string) =>
      typeof pattern === 'string' ? line.includes(pattern) : line.search(pattern) !== -1;
    const stop = () => {
      for (const end of ends) end();
    };
    const found = () => {
      stop();
      ready();
    };
    const ends = [process.stdout, process.stderr].map((stream) => watchLines(stream, clock, matches, found));
    return stop;
  }
  return process.port ? watchLines(process.port, clock, (line) => line === 'READY=1', ready) : () => undefined;
}

function watchPort(port: number, host: string | undefined, clock: Clock, ready: () => void): () => void {
  const over = new AbortController();
  const { signal } = over;
  let timer: unknown;
  const attempt = async () => {
    const isThere = await accepts(port, { host, signal });
    if (signal.aborted) return;
    if (isThere) ready();
    else timer = clock.setTimeout(() => void attempt(), RETRY_MS);
  };
  void attempt();
  return () => {
    over.abort();
    clock.clearTimeout(timer);
  };
}

/** The kernel gives a connection up sooner, in milliseconds. */
const LONGEST_CONNECT_MS = 600_000;

interface AcceptOptions {
  readonly host?: string | undefined;
  readonly timeoutMs?: number;
  /** Nobody waits for the answer any more: it is false, at once. */
  readonly signal: AbortSignal;
}

/** Whether something accepts TCP connections at a port. */
export function accepts(
  port: number,
  { host = '127.0.0.1', timeoutMs = 1000, signal }: AcceptOptions,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: Math.min(timeoutMs, LONGEST_CONNECT_MS), signal });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}

function watchLines(stream: Readable, clock: Clock, matches: (line: string) => boolean, found: () => void): () => void {
  const decoder = new TextDecoder();
  let rest = '';
  let timer: unknown;
  const judge = (lines: readonly string[]) => {
    if (!lines.some((line) => matches(line.replace(/\r$/, '')))) return;
    stop();
    found();
  };
  const read = (chunk: Uint8Array) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
    clock.clearTimeout(timer);
    if (rest !== '') timer = clock.setTimeout(() => judge([rest]), QUIET_MS);
    judge(lines);
  };
  const stop = () => {
    clock.clearTimeout(timer);
    stream.off('data', read);
  };
  stream.on('data', read);
  return stop;
}
