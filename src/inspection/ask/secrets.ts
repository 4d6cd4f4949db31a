import type { StoreReader } from '../../host/store-access.js';
import type { HostRecord } from '../../persistence/index.js';
import { createRedactor, type RedactOptions, type Redactor } from '../../redact/redactor.js';
import { keyMatcher, secretValues } from '../../redact/secret-names.js';
import type { AnswerOf } from '../../transport/ask/question.js';
import { askHost } from './ask-host.js';

/** A redactor for what a store shows. */
export interface StoreRedactor extends Redactor {
  /** Why there may be secrets that it does not know: a sentence; null when every host of the store has told what it masks. */
  readonly unknown: string | null;
}

/** So many hosts are asked, the newest first. */
const ASKED = 20;

/**
 * What masks the secrets in what is shown of a store: by names and forms, the values of this process's environment, and what
 * the store's living hosts mask themselves, which are asked. A host that has ended takes the values of its environment along:
 * of those no more is promised than names and forms.
 *
 * @example
 * import { openReader, readRedactor } from 'espalier';
 * await using reader = await openReader('.espalier/app.db');
 * const redactor = await readRedactor(reader);
 * for await (const { seq, type, data } of reader.journal.tail()) console.log(seq, type, redactor.whole(data));
 */
export async function readRedactor(reader: Pick<StoreReader, 'hosts'>): Promise<StoreRedactor> {
  const { unknown, ...secrets } = await secretsOf(await reader.hosts.newest(ASKED));
  return { ...createRedactor(secrets, process.env), unknown };
}

interface Secrets extends Required<RedactOptions> {
  readonly unknown: string | null;
}

/** What those hosts mask, as far as they can be asked; `own` is what is secret besides. */
export async function secretsOf(hosts: readonly HostRecord[], own: RedactOptions = {}): Promise<Secrets> {
  const asked = await Promise.all(hosts.map(async (host) => [host, await askHost(host, { ask: 'secrets' })] as const));
  const answers = asked.flatMap(([, one]) => (one.answered ? [one.answer] : []));
  const silent = asked.flatMap(([{ runId }, one]) => (one.answered ? [] : [`host ${runId} ${one.why}`]));
  return {
    keys: [...(own.keys ?? []), ...answers.flatMap(({ keys }) => keys.map(received))],
    patterns: [...(own.patterns ?? []), ...answers.flatMap(({ patterns }) => patterns.map(compiled))],
    values: [...(own.values ?? []), ...answers.flatMap(({ values }) => values)],
    unknown: silent.length === 0 ? null : because(silent),
  };
}

function because([first, ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : `, and so of ${others.length} more`;
  return `secrets are masked by name, by form and by the values of this environment alone: ${first}${more}`;
}

/** What a host tells those who ask what it masks. */
export function ownSecrets(redact: RedactOptions | undefined, environment: NodeJS.ProcessEnv): AnswerOf<'secrets'> {
  const { keys = [], patterns = [], values = [] } = redact ?? {};
  return {
    keys: keys.map((key) => (typeof key === 'string' ? key : sent(key))),
    patterns: patterns.map(sent),
    values: [...secretValues(environment, keyMatcher(keys)), ...values],
  };
}

type Sent = AnswerOf<'secrets'>['patterns'][number];

function sent({ source, flags }: RegExp): Sent {
  return { source, flags };
}

function received(key: string | Sent): string | RegExp {
  return typeof key === 'string' ? key : compiled(key);
}

function compiled({ source, flags }: Sent): RegExp {
  return new RegExp(source, flags);
}
