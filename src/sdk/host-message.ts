import { isRecord } from '../transport/protocol/frames.js';
import type {
  CallContextIds,
  HelloMessage,
  HostCallMessage,
  HostMessage,
  MethodDescription,
} from '../transport/protocol/messages.js';

type Header = Readonly<Record<string, unknown>>;
type MessageOf<T extends HostMessage['t']> = Extract<HostMessage, { t: T }>;

/**
 * A message of the host; null for one that this version does not know; in words what is wrong with it otherwise.
 * Checked by hand: a worker program must not load a schema library before it can say `ready`.
 */
export function parseHostMessage(header: Header): HostMessage | null | string {
  const { t } = header;
  if (!isKnown(t)) return null;
  return parsers[t](header) ?? `a message "${t}" does not fit the protocol`;
}

function isKnown(t: unknown): t is keyof typeof parsers {
  return typeof t === 'string' && Object.hasOwn(parsers, t);
}

/** One for each message: one without would be passed over unread. */
const parsers: { readonly [T in HostMessage['t']]: (header: Header) => MessageOf<T> | null } = {
  hello,
  call,
  cancel: ({ id, reason }) => (isId(id) ? { t: 'cancel', id, reason: text(reason) ?? 'cancelled' } : null),
  credit: ({ id, n }) => (isId(id) && isCount(n) ? { t: 'credit', id, n } : null),
  chunk: ({ id, seq, d }) => (isId(id) && isCount(seq) ? { t: 'chunk', id, seq, d } : null),
  end: ({ id }) => (isId(id) ? { t: 'end', id } : null),
  ping: ({ n }) => (typeof n === 'number' ? { t: 'ping', n } : null),
  shutdown: ({ grace }) => ({ t: 'shutdown', grace: number(grace) ?? 0 }),
  result: ({ id, r }) => (isId(id) ? { t: 'result', id, r } : null),
  error,
  answer: ({ id, value }) => (isId(id) ? { t: 'answer', id, value } : null),
};

function hello({ v, caps, worker, incarnation, config, limits }: Header): HelloMessage | null {
  if (!Array.isArray(v) || !v.every((version) => typeof version === 'number') || !isRecord(limits)) return null;
  const { maxHeader, maxFrame, credit } = limits;
  if (!isId(maxHeader) || !isId(maxFrame) || !isId(credit)) return null;
  const tools = isRecord(caps) && Array.isArray(caps.tools) ? caps.tools.filter(isDescription) : [];
  return {
    t: 'hello',
    v,
    caps: { tools },
    worker: text(worker) ?? '',
    incarnation: number(incarnation) ?? 0,
    config,
    limits: { maxHeader, maxFrame, credit },
  };
}

function call(header: Header): HostCallMessage | null {
  const { id, m, a, dl, ctx } = header;
  if (!isId(id) || typeof m !== 'string') return null;
  return { t: 'call', id, m, a, dl: number(dl), ctx: isRecord(ctx) ? ids(ctx) : undefined, in: header.in === true };
}

function ids(ctx: Header): CallContextIds {
  return {
    run: text(ctx.run),
    job: text(ctx.job),
    attempt: number(ctx.attempt),
    runId: text(ctx.runId),
    owner: text(ctx.owner),
    key: text(ctx.key),
    session: text(ctx.session),
    traceparent: text(ctx.traceparent),
  };
}

function error({ id, code, message, type, stack, data, retryable }: Header): MessageOf<'error'> | null {
  if (!isId(id)) return null;
  return {
    t: 'error',
    id,
    code: text(code) ?? 'Error',
    message: text(message) ?? '',
    type: text(type),
    stack: text(stack),
    data,
    retryable: retryable === true,
  };
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value > 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value >= 0;
}

function isDescription(value: unknown): value is MethodDescription {
  return isRecord(value) && typeof value.name === 'string';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
