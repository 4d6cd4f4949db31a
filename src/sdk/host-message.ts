import { isRecord } from '../transport/protocol/frames.js';
import type {
  CallContextIds,
  HelloMessage,
  HostCallMessage,
  HostMessage,
  JobEnd,
  JobTold,
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
  context,
  call,
  cancel: ({ id, reason }) => (isId(id) && isText(reason) ? { t: 'cancel', id, reason } : null),
  credit: ({ id, n }) => (isId(id) && isCount(n) ? { t: 'credit', id, n } : null),
  chunk: ({ id, seq, d }) => (isId(id) && isCount(seq) ? { t: 'chunk', id, seq, d } : null),
  end: ({ id }) => (isId(id) ? { t: 'end', id } : null),
  ping: ({ n }) => (isNumber(n) ? { t: 'ping', n } : null),
  shutdown: ({ grace }) => (isNumber(grace) ? { t: 'shutdown', grace } : null),
  result: ({ id, r }) => (isId(id) ? { t: 'result', id, r } : null),
  error,
  answer: ({ id, value }) => (isId(id) ? { t: 'answer', id, value } : null),
};

function hello({ v, caps, worker, incarnation, config, limits }: Header): HelloMessage | null {
  if (!Array.isArray(v) || !v.every(isNumber) || !isText(worker) || !isNumber(incarnation)) return null;
  if (!isRecord(caps) || !isRecord(limits)) return null;
  const { tools = [] } = caps;
  const { maxHeader, maxFrame, credit } = limits;
  if (!Array.isArray(tools) || !isId(maxHeader) || !isId(maxFrame) || !isId(credit)) return null;
  if (!tools.every(isDescription)) return null;
  return { t: 'hello', v, caps: { tools }, worker, incarnation, config, limits: { maxHeader, maxFrame, credit } };
}

function call({ id, m, a, dl, ctx = {}, in: streams = false }: Header): HostCallMessage | null {
  if (!isId(id) || !isText(m) || !isMaybe(dl, isNumber) || typeof streams !== 'boolean') return null;
  if (!isRecord(ctx) || !isIds(ctx)) return null;
  return { t: 'call', id, m, a, dl, ctx, in: streams };
}

function isIds(ctx: Header): ctx is Header & CallContextIds {
  const { run, job, attempt, epoch, index, parent, root, deadline, runId, owner, key, session, traceparent } = ctx;
  const numbers = [attempt, epoch, index, deadline];
  const texts = [run, job, parent, root, runId, owner, key, session, traceparent];
  return numbers.every((id) => isMaybe(id, isNumber)) && texts.every((id) => isMaybe(id, isText));
}

function context({ id, d }: Header): MessageOf<'context'> | null {
  return isId(id) && isTold(d) ? { t: 'context', id, d } : null;
}

function isTold(told: unknown): told is JobTold {
  if (!isRecord(told) || !isRecord(told.answers)) return false;
  return Array.isArray(told.results) && told.results.every(isEnd);
}

/** Whether something says what a job came to. */
export function isEnd(end: unknown): end is JobEnd {
  return isRecord(end) && isText(end.id) && isText(end.state);
}

function error({ id, code, message, type, stack, data, retryable = false }: Header): MessageOf<'error'> | null {
  if (!isId(id) || !isText(code) || !isText(message) || typeof retryable !== 'boolean') return null;
  if (!isMaybe(type, isText) || !isMaybe(stack, isText)) return null;
  return { t: 'error', id, code, message, type, stack, data, retryable };
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value > 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value >= 0;
}

function isDescription(value: unknown): value is MethodDescription {
  return isRecord(value) && isText(value.name) && isMaybe(value.description, isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** What may be missing. */
function isMaybe<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value);
}
