import { Socket } from 'node:net';
import { inspect } from 'node:util';
import { EspalierError } from '../errors.js';
import { checkOptions, fields, func, recordOf, required, whole } from '../options.js';
import { WORKER_FD_VARIABLE } from '../transport/protocol/limits.js';
import type { HelloMessage, LogLevel } from '../transport/protocol/messages.js';
import type { Methods } from './methods.js';
import { methodRule, methodTable } from './methods.js';
import { Runtime } from './runtime.js';
import { Tools } from './tools.js';

/** What a worker is told before it serves calls. */
export interface Boot {
  /** What the pool was configured with for its workers. */
  readonly config: unknown;
  /** The path of this worker in its tree. */
  readonly worker: string;
  readonly incarnation: number;
  readonly tools: Tools;
}

/** What a worker program is. */
export interface WorkerOptions {
  readonly methods: Methods;
  /** Calls that run at once; 1 unless said otherwise. */
  readonly concurrency?: number;
  /** Runs before the first call: load here what takes long, and say so with `progress`. */
  start?(boot: Boot): unknown;
  /** Runs after the last call of an orderly shutdown. */
  stop?(): unknown;
}

const rule = fields<WorkerOptions>({
  methods: required(recordOf(methodRule, 'an object of methods')),
  concurrency: whole(1),
  start: func,
  stop: func,
});

/** What a worker program can tell its host outside calls. */
export interface WorkerHandle {
  readonly tools: Tools;
  /** While booting: it is alive, and its boot time starts anew. */
  progress(message: string): void;
  log(message: string, level?: LogLevel): void;
  event(name: string, data?: unknown): void;
  metric(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
  /** Asks to be replaced, between calls. */
  recycle(reason: string): void;
}

/**
 * Makes this program a worker of an Espalier pool: it serves calls until its host shuts it down, and ends at once when
 * its host is gone. Standard output and error are free for logs.
 *
 * @throws EspalierError `ESP_INVALID` when the program was not started by a pool
 *
 * @example
 * import { worker } from 'espalier/worker';
 * worker({ methods: { add: (ctx, { a, b }: { a: number; b: number }) => a + b } });
 */
export function worker(options: WorkerOptions): WorkerHandle {
  checkOptions('worker', options, rule);
  const { concurrency = 1 } = options;
  const runtime = new Runtime({
    connection: new Socket({ fd: takeDescriptor() }),
    methods: methodTable(options.methods),
    concurrency,
    start: (hello) => options.start?.(boot(hello, handle)),
    stop: () => options.stop?.(),
    exit,
  });
  const handle = handleOf(runtime);
  process.on('SIGQUIT', () => process.stderr.write(dump(runtime)));
  return handle;
}

/** Takes the descriptor out of the environment: a program that this one starts is no worker. */
function takeDescriptor(): number {
  const descriptor = Number(process.env[WORKER_FD_VARIABLE]);
  delete process.env[WORKER_FD_VARIABLE];
  if (Number.isSafeInteger(descriptor) && descriptor > 2) return descriptor;
  throw new EspalierError(
    'ESP_INVALID',
    `this program is a worker: start it as the command of a pool (${WORKER_FD_VARIABLE} is not set)`,
  );
}

function boot({ config, worker: path, incarnation }: HelloMessage, { tools }: WorkerHandle): Boot {
  return { config, worker: path, incarnation, tools };
}

function handleOf({ session }: Runtime): WorkerHandle {
  return {
    tools: new Tools(session.requests, () => session.tools, undefined),
    progress: (msg) => session.send({ t: 'progress', msg }),
    log: (msg, lvl = 'info') => session.tell({ t: 'log', lvl, msg }),
    event: (name, d) => session.tell({ t: 'event', name, d }),
    metric: (name, value, labels) => session.tell({ t: 'metric', name, value, labels }),
    recycle: (reason) => session.send({ t: 'recycle', reason }),
  };
}

function exit(code: number, why?: unknown): void {
  if (why !== undefined) process.stderr.write(`espalier worker: ${inspect(why)}\n`);
  process.exit(code);
}

/** What this process is busy with. It is written by the event loop: one that a call blocks says nothing, but burns CPU. */
function dump(runtime: Runtime): string {
  const now = performance.now();
  const calls = [...runtime.running()].map(
    ({ message: { id, m }, startedAt }) => `  call ${id} ${m}, for ${Math.round(now - (startedAt ?? now))} ms\n`,
  );
  const resources = process.getActiveResourcesInfo().join(', ');
  return `espalier worker ${process.pid}: ${calls.length} calls run\n${calls.join('')}  waits for: ${resources}\n`;
}
