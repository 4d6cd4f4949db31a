import { z } from 'zod';
import type { WorkerMessage } from './messages.js';

const id = z.int().positive();
const payload = z.unknown().optional();
const method = z.object({
  name: z.string().min(1),
  description: z.string().optional().catch(undefined),
  input: z.unknown().optional(),
  stream: z.boolean().optional().catch(undefined),
});
const capabilities = z.object({
  concurrency: z.int().positive().optional(),
  start: z.boolean().optional(),
  // A way to dump that this host does not know is a way it does not use.
  dump: z.literal('SIGQUIT').optional().catch(undefined),
});

const forms = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('ready'),
    v: z.int(),
    caps: capabilities.default({}),
    methods: z.array(method).default([]),
    sdk: z.string().default('unknown'),
    pid: z.int().positive(),
  }),
  z.object({ t: z.literal('progress'), msg: z.string() }),
  z.object({ t: z.literal('start'), id, also: z.array(id).optional() }),
  z.object({ t: z.literal('result'), id, r: payload }),
  z.object({
    t: z.literal('error'),
    id,
    code: z.string(),
    message: z.string(),
    type: z.string().optional(),
    stack: z.string().optional(),
    data: payload,
    retryable: z.boolean().optional(),
  }),
  z.object({ t: z.literal('chunk'), id, seq: z.int().nonnegative(), d: payload }),
  z.object({ t: z.literal('end'), id }),
  z.object({ t: z.literal('credit'), id, n: z.int().positive() }),
  z.object({ t: z.literal('pong'), n: z.int(), busy: z.int().nonnegative() }),
  z.object({
    t: z.literal('log'),
    lvl: z.enum(['debug', 'info', 'warn', 'error']).catch('info'),
    msg: z.string(),
    id: id.optional(),
  }),
  z.object({ t: z.literal('event'), name: z.string(), d: payload, id: id.optional() }),
  z.object({
    t: z.literal('metric'),
    name: z.string(),
    value: z.number(),
    labels: z.record(z.string(), z.string()).optional(),
    as: z.enum(['sum', 'cumulative', 'gauge']).optional(),
    unit: z.string().min(1).max(200).optional(),
    id: id.optional(),
  }),
  z.object({
    t: z.literal('ask'),
    id,
    question: z.unknown(),
    call: id.optional(),
    name: z.string().min(1).max(200).optional(),
    suspend: z.boolean().optional(),
  }),
  z.object({ t: z.literal('call'), id, m: z.string(), a: payload, call: id.optional() }),
  z.object({ t: z.literal('recycle'), reason: z.string() }),
  z.object({ t: z.literal('bye') }),
]);

/** Messages of the union that have no form: none, or what follows does not compile. One without would be passed over unread. */
type Formless = Exclude<WorkerMessage['t'], z.infer<typeof forms>['t']>;

const messages: [Formless] extends [never] ? z.ZodType<WorkerMessage> : never = forms;

const known: ReadonlySet<unknown> = new Set(forms.options.map((option) => option.shape.t.value));

/** A message of a worker; null for one that this version does not know; in words what is wrong with it otherwise. */
export function parseWorkerMessage(header: Readonly<Record<string, unknown>>): WorkerMessage | null | string {
  const parsed = messages.safeParse(header);
  if (parsed.success) return parsed.data;
  if (!known.has(header.t)) return null;
  const [issue] = parsed.error.issues;
  return `a message "${String(header.t)}" does not fit the protocol: ${issue?.path.join('.')} ${issue?.message}`;
}
