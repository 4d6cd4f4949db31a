import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WORKER_FD, WORKER_FD_VARIABLE } from '../../../../src/transport/protocol/limits.js';
import type { CallOutcome, CallRequest, OpenCall, OpenStream } from '../../../../src/transport/protocol/port/call.js';
import { Port, type PortOptions } from '../../../../src/transport/protocol/port/port.js';
import { python, pythonEnvironment } from './python.js';
import { Recorder } from './recorder.js';
import { deferred } from './scripted-worker.js';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** How each SDK starts its twin of the worker of the tests. */
export const sdks = {
  node: [process.execPath, fixture('methods.mjs')],
  python: [python, fixture('methods.py')],
} as const satisfies Record<string, readonly [string, string]>;

export type Sdk = keyof typeof sdks;

type Open<T> = T & { readonly outcome: Promise<CallOutcome> };

/** A real worker process with its port. Disposing it kills the process and waits for its end. */
export interface LiveWorker extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly connection: Socket;
  readonly port: Port;
  readonly events: Recorder;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What it wrote to standard output and standard error so far. */
  readonly written: { stdout: string; stderr: string };
  call(method: string, args?: unknown, more?: Partial<CallRequest>): Open<OpenCall>;
  stream(method: string, args?: unknown, more?: Partial<CallRequest>): Open<OpenStream>;
  /** The result of a call; throws its error. */
  result(method: string, args?: unknown, more?: Partial<CallRequest>): Promise<unknown>;
}

export interface LiveOptions extends Partial<Omit<PortOptions, 'connection' | 'events'>> {
  readonly command?: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a worker; does not wait until it is ready. */
export function launch(sdk: Sdk, { command, env, ...options }: LiveOptions = {}): LiveWorker {
  const [program, ...args] = command ?? sdks[sdk];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...pythonEnvironment(), [WORKER_FD_VARIABLE]: String(WORKER_FD), ...env },
  });
  const connection = child.stdio[WORKER_FD];
  if (!(connection instanceof Socket)) throw new Error('fd 3 is no socket');
  const events = new Recorder();
  const port = new Port({ connection, worker: '/w', incarnation: 1, now: () => 0, ...options, events });
  const written = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => (written.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (written.stderr += text));
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return { process: child, connection, port, events, exited, written, ...calling(port), ...disposal(child, exited) };
}

/** Starts a worker and waits until it is ready. */
export async function live(sdk: Sdk, options?: LiveOptions): Promise<LiveWorker> {
  const worker = launch(sdk, options);
  await Promise.race([worker.events.until('ready'), worker.events.until('ended')]);
  if (worker.port.ready !== null) return worker;
  await worker.exited;
  throw new Error(`the worker did not become ready: ${worker.written.stderr}`);
}

function calling(port: Port) {
  const call = (method: string, args?: unknown, more: Partial<CallRequest> = {}) => {
    const { promise: outcome, resolve } = deferred<CallOutcome>();
    return { ...port.call({ method, args, ...more }, resolve), outcome };
  };
  const stream = (method: string, args?: unknown, more: Partial<CallRequest> = {}) => {
    const { promise: outcome, resolve } = deferred<CallOutcome>();
    return { ...port.stream({ method, args, ...more }, resolve), outcome };
  };
  const result = async (method: string, args?: unknown, more?: Partial<CallRequest>) => {
    const outcome = await call(method, args, more).outcome;
    if (outcome.kind === 'result') return outcome.value;
    throw outcome.error;
  };
  return { call, stream, result };
}

function disposal(child: ChildProcess, exited: Promise<unknown>): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
