import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refused } from '../inspected-host.js';
import { LIMITS } from '../limits.js';
import { runInfo } from '../model/runs.js';
import { type Answer, ask, control, type Refusal } from '../protocol/wire.js';
import type { Hub } from '../service/hub.js';
import { refuse, replyJson } from './reply.js';

const STATUS = {
  read_only: 405,
  invalid: 400,
  not_found: 404,
  unavailable: 409,
  busy: 429,
  failed: 500,
} as const satisfies Readonly<Record<Refusal, number>>;

/** Answers `/api/<name>`: what the WebSocket answers, for those who ask once. False when there is no such name. */
export async function serveApi(hub: Hub, name: string, url: URL, response: ServerResponse): Promise<boolean> {
  const list = LISTS.get(name);
  if (list) {
    replyJson(response, 200, await hub.use(() => list(hub)));
    return true;
  }
  if (!ASKS.has(name)) return false;
  const found = ask.safeParse({ type: name, ...parameters(name, url) });
  if (!found.success) refuse(response, 400, 'invalid', 'a parameter is missing or does not fit');
  else answer(response, await hub.use(() => hub.answers.ask(found.data)));
  return true;
}

/** `POST /api/control`, with a control as JSON. */
export async function serveControl(hub: Hub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Forms and plain text may be sent from any page; JSON may not, without being asked first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return refuse(response, 415, 'invalid', 'a control is application/json');
  }
  const found = control.safeParse(parse(await body(request)));
  if (!found.success) return refuse(response, 400, 'invalid', 'this is no control');
  answer(response, await hub.use(() => hub.answers.control(found.data)));
}

/** A map: whoever asks says the name, and what every object inherits is not ours to answer. */
const LISTS: ReadonlyMap<string, (hub: Hub) => unknown> = new Map([
  ['hello', (hub: Hub): unknown => hub.hello()],
  ['tree', ({ viewer }) => ({ actors: [...viewer.model.paths()].sort().map((path) => viewer.summary(path)) })],
  ['runs', ({ viewer, follower }) => ({ runs: [...follower.runs.all()].map((run) => viewer.run(runInfo(run))) })],
  [
    'processes',
    ({ viewer, follower }) => ({ processes: [...follower.processes.all()].map((info) => viewer.process(info)) }),
  ],
  [
    'queues',
    async ({ viewer, options }) => ({
      queues: (await options.host.jobs.queues()).map((one) => viewer.jobs.queue(one)),
    }),
  ],
  [
    'schedules',
    async ({ viewer, options }) => ({
      schedules: (await options.host.jobs.schedules()).map((one) => viewer.jobs.schedule(one)),
    }),
  ],
]);

const ASKS: ReadonlySet<string> = new Set([
  ...['actor', 'logs', 'output', 'rows', 'why'],
  ...['jobs', 'job', 'family', 'job.waits', 'job.output', 'occurrences'],
]);
const NUMBERS: ReadonlySet<string> = new Set(['index', 'from', 'limit', 'attempt', 'before']);

function parameters(name: string, { searchParams }: URL): Record<string, unknown> {
  const given = [...searchParams].filter(([name]) => name !== 'token' && name !== 'type');
  const values = given.map(([key, value]) => [key, parameter(name, key, value)]);
  const states = searchParams.getAll('state');
  return { ...Object.fromEntries(values), ...(states.length > 0 && { states }) };
}

/** Numbers are said as such; of jobs what comes before is the id of one. */
function parameter(ask: string, key: string, value: string): string | number {
  return NUMBERS.has(key) && !(ask === 'jobs' && key === 'before') ? Number(value) : value;
}

function answer(response: ServerResponse, answered: Answer | Refused): void {
  if ('refused' in answered) refuse(response, STATUS[answered.refused], answered.refused, answered.message);
  else replyJson(response, 200, answered);
}

/** The body of a request; what is too long is not read to its end. */
async function body(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LIMITS.message) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No form accepts it.
    return undefined;
  }
}
