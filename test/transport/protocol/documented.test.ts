import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHostMessage } from '../../../src/sdk/host-message.js';
import { parseWorkerMessage } from '../../../src/transport/protocol/worker-message.js';

const page = readFileSync(new URL('../../../docs/worker-protocol.md', import.meta.url), 'utf8');

/** What stands in one field, by its name; where it means something else in one message, by both. */
const VALUES: Readonly<Record<string, unknown>> = {
  'hello.v': [1],
  'hello.caps': { tools: [{ name: 'search', description: 'finds', input: { type: 'object' } }] },
  'ready.caps': { concurrency: 4, start: true, dump: 'SIGQUIT' },
  'context.d': { answers: { go: 'yes' }, results: [{ id: 'job-1', state: 'succeeded', result: 1 }], checkpoint: 4 },
  'ask.name': 'go',
  suspend: true,
  as: 'sum',
  unit: 'usd',
  'ask.call': 5,
  'call.call': 5,
  v: 1,
  worker: '/p/workers/1',
  incarnation: 2,
  config: { a: 1 },
  limits: { maxHeader: 1024, maxFrame: 4096, credit: 16 },
  id: 3,
  m: 'embed',
  a: { text: 'x' },
  dl: 100,
  ctx: {
    ...{ run: 'r', job: 'r:1', attempt: 1, epoch: 2, index: 3, parent: 'p', root: 'q', deadline: 4, runId: 'h' },
    ...{ owner: 'o', key: 'k', session: 's', traceparent: 't' },
  },
  in: true,
  reason: 'enough',
  n: 1,
  seq: 0,
  d: 'part',
  grace: 500,
  r: 'done',
  code: 'E_MINE',
  message: 'no',
  type: 'MyError',
  stack: 'at x',
  data: { more: 1 },
  retryable: true,
  value: 'yes',
  methods: [{ name: 'embed', description: 'embeds', input: { type: 'object' }, stream: false }],
  sdk: 'mine 1',
  pid: 77,
  msg: 'half',
  also: [4, 5],
  busy: 1,
  lvl: 'warn',
  name: 'tokens',
  labels: { model: 'm' },
  question: 'may I?',
  'metric.value': 1.5,
};

/** Fields in which anything may stand. */
const ANYTHING = new Set(['config', 'a', 'd', 'r', 'data', 'value', 'question']);

interface Documented {
  readonly t: string;
  readonly fields: readonly { readonly name: string; readonly isOptional: boolean }[];
}

/** The messages of one side, as its table says them. */
function documented(title: string): Documented[] {
  const [part = ''] = page.slice(page.indexOf(`### ${title}`) + 1).split(/\n##+ /);
  const cells = part.split('\n').flatMap((line) => (line.startsWith('| `') ? [line.split(' | ')[0] ?? ''] : []));
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`(\w+)(?: \{(.*?)\})?`/g)].map(([, t = '', fields]) => ({
      t,
      fields: (fields ?? '')
        .split(', ')
        .filter((name) => name !== '')
        .map((name) => ({ name: name.replace('?', ''), isOptional: name.endsWith('?') })),
    })),
  );
}

function sample({ t, fields }: Documented, take: (field: Documented['fields'][number]) => boolean) {
  const taken = fields.filter(take).map(({ name }) => [name, VALUES[`${t}.${name}`] ?? VALUES[name]]);
  return { t, ...Object.fromEntries(taken) };
}

describe.each([
  ['From the host', parseHostMessage],
  ['From the worker', parseWorkerMessage],
] as const)('%s', (title, parse) => {
  it.each(documented(title))('`$t` is read as it is documented', (message) => {
    const whole = sample(message, () => true);
    expect(parse(whole)).toEqual(whole);
    expect(parse(sample(message, ({ isOptional }) => !isOptional))).toMatchObject({ t: message.t });
    // What is not marked must be there, and whatever is there must be what it says.
    const refused = message.fields
      .filter(({ isOptional, name }) => !isOptional && !ANYTHING.has(name))
      .filter(({ name }) => typeof parse(sample(message, (field) => field.name !== name)) !== 'string');
    expect(refused.map(({ name }) => `without ${name}`)).toEqual([]);
    const wrong = message.fields
      .filter(({ name }) => (!ANYTHING.has(name) && name !== 'lvl') || message.t === 'metric')
      .filter(({ name }) => typeof parse({ ...whole, [name]: Symbol('wrong') }) !== 'string');
    expect(wrong.map(({ name }) => `a wrong ${name}`)).toEqual([]);
  });
});
