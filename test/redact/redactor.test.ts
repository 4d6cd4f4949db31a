import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAPS } from '../../src/redact/caps.js';
import { createRedactor, MASK } from '../../src/redact/redactor.js';

const redactor = createRedactor({}, { DB_PASSWORD: 'correct horse', HOME: '/home/ada', API_KEY: 'short' });

describe('a secret is masked', () => {
  it.each([
    'password',
    'dbPassword',
    'DB_PASSWORD',
    'passwd',
    'secret',
    'clientSecret',
    'token',
    'accessToken',
    'apiKey',
    'api_key',
    'private-key',
    'Authorization',
    'set-cookie',
    'credentials',
  ])('as the value of %s', (key) => {
    expect(redactor.value({ deep: [{ [key]: { in: 'x' } }] })).toEqual({ deep: [{ [key]: MASK }] });
  });

  it.each([
    ['Authorization: Bearer abcdefghijkl', 'abcdefghijkl'],
    ['password=hunter22 user=ada', 'hunter22'],
    ['{"token":"hunter22","user":"ada"}', 'hunter22'],
    ["API_KEY: 'hunter22'", 'hunter22'],
    ['postgres://ada:hunter22@db/app', 'hunter22'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIiOiIxIn0'],
    ['sk-proj-abcdefghijklmnopqrstuvwx', 'abcdefghijklmnopqrstuvwx'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
    ['it said correct horse', 'correct horse'],
    ['it wrote: "API_KEY=hunter22"', 'hunter22'],
    ['a=b=c: password=hunter22', 'hunter22'],
  ])('within text: %s', (text, secret) => {
    expect(redactor.text(text)).not.toContain(secret);
    expect(redactor.text(text)).toContain(MASK);
  });

  it('in the words of a command line', () => {
    expect(redactor.words(['run', '--password', 'hunter22', '--token=abc', '-v', '--name', 'ada'])).toEqual([
      'run',
      '--password',
      MASK,
      `--token=${MASK}`,
      '-v',
      '--name',
      'ada',
    ]);
  });

  it.each([
    ['of the environment', createRedactor({}, { A_TOKEN: 'abcdef', B_TOKEN: 'abcdef-ghijkl', C_TOKEN: 'abcdef-ghi' })],
    ['of the user', createRedactor({ values: ['abcdef', 'abcdef-ghijkl', 'abcdef-ghi'] })],
    ['of both', createRedactor({ values: ['abcdef-ghijkl', 'abcdef-ghi'] }, { TOKEN: 'abcdef' })],
  ])('whole where another secret is its beginning: %s', (_, both) => {
    expect(both.text('it is abcdef-ghijkl, not abcdef-ghi or abcdef')).toBe(`it is ${MASK}, not ${MASK} or ${MASK}`);
  });

  it('by names and forms of the user', () => {
    const own = createRedactor({ keys: ['pin', /^x-/], patterns: [/\d{4}-\d{4}/], values: ['swordfish'] });
    expect(own.value({ pin: 1, 'x-a': 2, card: '1234-5678', said: 'swordfish!', spin: 3 })).toEqual({
      pin: MASK,
      'x-a': MASK,
      card: MASK,
      said: `${MASK}!`,
      spin: 3,
    });
  });
});

it.each([/sk-\w+/, /sk-\w+/g, /sk-\w+/y, /SK-\w+/iy])(
  'is masked wherever a pattern of the user finds it: %s',
  (pattern) => {
    const own = createRedactor({ patterns: [pattern] });
    for (const _ of [1, 2]) expect(own.text('it is sk-abc or sk-def')).toBe(`it is ${MASK} or ${MASK}`);
  },
);

describe('what is no secret stays', () => {
  it.each(['keyboard', 'monkey', 'tokens', 'author', 'passenger', 'compass'])('as the value of %s', (key) => {
    expect(redactor.value({ [key]: 1 })).toEqual({ [key]: 1 });
  });
});

describe('the folder of a shell', () => {
  const folder = '/home/ada/thesis';

  it.each([
    { key: 'PWD', value: folder, shown: true },
    { key: 'OLDPWD', value: folder, shown: true },
    { key: 'CWD', value: folder, shown: true },
    { key: 'INIT_CWD', value: folder, shown: true },
    // The same name in a connection string, or in settings.
    { key: 'PWD', value: 'hunter22', shown: false },
    { key: 'OLDPWD', value: 'hunter22', shown: false },
    { key: 'pwd', value: folder, shown: false },
    { key: 'Pwd', value: folder, shown: false },
    { key: 'DB_PWD', value: folder, shown: false },
    { key: 'MYSQL_PWD', value: folder, shown: false },
    { key: 'LOGPWD', value: folder, shown: false },
    { key: 'PWD_FILE', value: folder, shown: false },
    { key: 'oldpwd', value: folder, shown: false },
    { key: 'dbPwd', value: folder, shown: false },
    { key: 'user.pwd', value: folder, shown: false },
    { key: 'pwdHash', value: folder, shown: false },
  ])('is no password: $key with $value is shown: $shown', ({ key, value, shown }) => {
    const secret = shown ? value : MASK;
    expect(redactor.value({ [key]: value })).toEqual({ [key]: secret });
    expect(redactor.text(`a ${key}=${value} b`)).toBe(`a ${key}=${secret} b`);
    expect(redactor.text(`a "${key}": "${value}" b`)).toBe(`a "${key}": "${secret}" b`);
    // What an environment holds under a secret name is masked wherever it stands.
    expect(createRedactor({}, { [key]: value }).text(`in ${value}:`)).toBe(`in ${secret}:`);
  });

  it('is a secret all the same where the user says so', () => {
    expect(createRedactor({ keys: ['PWD'] }).value({ PWD: folder })).toEqual({ PWD: MASK });
  });

  it('ends where a connection string ends', () => {
    expect(redactor.text('Driver=x;UID=sa;PWD=hunter22;Database=a')).toBe(`Driver=x;UID=sa;PWD=${MASK};Database=a`);
  });
});

describe('whatever it is given, the redactor', () => {
  it('answers with JSON within its caps, and without a secret', () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true, withNullPrototype: true }),
        (value) => {
          const shown = redactor.value({ value, password: 'hunter22' });
          expect(JSON.stringify(shown)).not.toContain('hunter22');
        },
      ),
    );
  });

  it('calls no code of a value, and survives values that throw', () => {
    const value = {
      get now() {
        throw new Error('called');
      },
      toJSON: () => 'called',
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    };
    expect(redactor.value(value)).toEqual({
      now: '[getter]',
      toJSON: '[function toJSON]',
      proxy: '[unreadable: Error]',
    });
  });

  it('cuts what is circular, deep, long or wide', () => {
    const circular: Record<string, unknown> = { a: 1 };
    circular.self = circular;
    expect(redactor.value(circular)).toEqual({ a: 1, self: '[circular]' });
    const deep = JSON.parse(`${'['.repeat(50)}${']'.repeat(50)}`);
    expect(JSON.stringify(redactor.value(deep)).length).toBeLessThan(100);
    expect(String(redactor.value('x'.repeat(CAPS.text * 10))).length).toBeLessThan(CAPS.text + 50);
    expect(redactor.value(Array.from({ length: 10_000 }, () => 1))).toHaveLength(CAPS.entries + 1);
    const wide = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ a: 1, b: 2 })));
    expect(JSON.stringify(redactor.value(wide)).length).toBeLessThan(50_000);
  });

  it.each(['eyJ-', 'PWD=/', 'password={', '-u=', '"a":"', 'password="\\', 'x://', '-----BEGIN PRIVATE KEY-----'])(
    'is quick with a text of nothing but %s',
    (piece) => {
      const startedAt = performance.now();
      redactor.text(piece.repeat((256 * 1024) / piece.length));
      expect(performance.now() - startedAt).toBeLessThan(5000);
    },
  );
});
