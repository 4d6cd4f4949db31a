import { describe, expect, it } from 'vitest';
import { createRedactor, MASK } from '../../src/redact/redactor.js';

const VALUE = 'correct horse battery';
const LINES = 'Zk3+9x/Qp"1\nsecond';
const redactor = createRedactor({}, { DB_PASSWORD: VALUE, MY_TOKEN: LINES, AUTH_MODE: 'required' });

const SECRET = 's3cr3t-Zq81x';
const json = (value: unknown) => JSON.stringify(value);

/** Each names the secret by a telling name, in one of the ways in which programs do. */
const NAMED = [
  json({ password: SECRET }),
  json({ a: json({ password: SECRET }) }),
  json({ a: json({ b: json({ password: SECRET }) }) }),
  json({ a: json({ b: json({ c: json({ password: SECRET }) }) }) }),
  `{"password":["${SECRET}"]}`,
  json({ a: json({ password: [SECRET] }) }),
  `{"credentials":{"value":"${SECRET}"}}`,
  json({ x: json({ credentials: { value: SECRET, n: [1, { y: SECRET }] } }) }),
  `Authorization: Token ${SECRET}`,
  `authorization: bearer ${SECRET}`,
  `AUTHORIZATION: Basic YWRhOmh1bnRlcjIy${SECRET}`,
  `Authorization: Digest username="ada", response="${SECRET}", uri="/"`,
  `Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1, SignedHeaders=host, Signature=${SECRET}`,
  `{"Authorization":"Token ${SECRET}"}`,
  `curl -H 'Authorization: Token ${SECRET}' https://x`,
  `curl -H "Authorization: Token ${SECRET}" https://x`,
  json(`curl -H "Authorization: Token ${SECRET}" https://x`),
  `level=info authorization=Token ${SECRET} path=/x`,
  `tokens=${SECRET}`,
  `{"tokens":["${SECRET}","x${SECRET}"]}`,
  `tokens: ${SECRET}`,
  `Cookie: sid=${SECRET}; other=${SECRET}`,
  `Set-Cookie: sid=${SECRET}; Path=/; HttpOnly`,
  `{"cookie":"sid=${SECRET}"}`,
  `cookies: {"sid": "${SECRET}"}`,
  `https://ada:${SECRET}@host/x`,
  `redis://:${SECRET}@host`,
  `postgres://ada:p@${SECRET}@db/app`,
  `https://x.example/?api_key=${SECRET}&a=b`,
  `https://x/?a=1&token=${SECRET}`,
  `https://x/?key=${SECRET}`,
  `https://x/?X-Amz-Signature=${SECRET}&b`,
  `/cb?access_token=${SECRET}#x`,
  `--password ${SECRET} -u root`,
  `mysql --password=${SECRET}`,
  `tool --api-key "${SECRET}" run`,
  `tool --token '${SECRET}'`,
  `tool -password ${SECRET}`,
  `curl -u ada:${SECRET} https://x`,
  `curl --user "ada:${SECRET}" x`,
  `sshpass -p ${SECRET} ssh x`,
  `sshpass -p${SECRET} ssh x`,
  `["--password","${SECRET}"]`,
  `[\n  "--token",\n  "${SECRET}"\n]`,
  `password: ${SECRET}`,
  `  password: "${SECRET}"`,
  `db:\n  password: ${SECRET}\n  user: ada`,
  `password: correct ${SECRET} battery`,
  `password: |\n  ${SECRET}\n  more${SECRET}\nuser: ada`,
  `credentials:\n  value: ${SECRET}\n  x: ${SECRET}\nuser: ada`,
  `tokens:\n  - ${SECRET}\n  - b${SECRET}\n`,
  `tokens:\n- ${SECRET}\n- b${SECRET}\nx: 1`,
  `password = "${SECRET}"`,
  `[db]\npassword=${SECRET}\n`,
  `password            = ${SECRET}`,
  `token = '''${SECRET}'''`,
  `secret = """\n${SECRET}\n"""`,
  `export API_TOKEN=${SECRET}`,
  `API_TOKEN=${SECRET} node x`,
  `API_TOKEN='${SECRET}' node x`,
  `set PASSWORD=${SECRET}`,
  `password%3D${SECRET}%26user%3Dada`,
  `%22password%22%3A%22${SECRET}%22`,
  `x=1&password=${SECRET}&y=2`,
  `%7B%22token%22%3A%20%22${SECRET}%22%7D`,
  `password%253D${SECRET}%2526`,
  `{'password': '${SECRET}'}`,
  `{password: '${SECRET}'}`,
  `password => ${SECRET}`,
  `:password=>"${SECRET}"`,
  `password := ${SECRET}`,
  `obj["password"] = "${SECRET}"`,
  `obj.password = '${SECRET}'`,
  `<password>${SECRET}</password>`,
  `password="a\\"${SECRET}"`,
  `password='a ${SECRET}'`,
  `{"password":"${SECRET}`,
  `{"credentials":{"value":"${SECRET}`,
  `Server=x;Database=y;User Id=sa;Password=${SECRET};`,
  `Server=x;Pwd=${SECRET};Trusted`,
  `AccountName=x;AccountKey=${SECRET}==;EndpointSuffix`,
  `DefaultEndpointsProtocol=https;SharedAccessKey=${SECRET}`,
  `host=db user=ada password=${SECRET} sslmode=x`,
  `DB_PASS=${SECRET}`,
  `dbPass: "${SECRET}"`,
  `API key: ${SECRET}`,
  `api key=${SECRET}`,
  `private key = ${SECRET}`,
  `{"name":"DB_PASSWORD","value":"${SECRET}"}`,
  `- name: DB_PASSWORD\n  value: ${SECRET}`,
  `password=abc,${SECRET}`,
  `password=abc;${SECRET}`,
  `client_secret=${SECRET}`,
  `X-Api-Key: ${SECRET}`,
  `x-auth-token: ${SECRET}`,
  `aws_secret_access_key = ${SECRET}`,
  `password: >-\n    ${SECRET}\nb: 1`,
  `"password" : "${SECRET}"`,
  `"password":\n    "${SECRET}"`,
  `PGPASSWORD=${SECRET} psql`,
];

/** Each is a secret by its form, or the value of one in the environment, as it is and as an address has it. */
const RECOGNISED = [
  'AKIAIOSFODNN7EXAMPLE',
  'ASIAIOSFODNN7EXAMPLE',
  'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
  'github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz',
  'xoxb-123456789012-abcdefghijkl',
  'xapp-1-A01-123-abcdef',
  'sk-proj-Ab12_cd-34efGhIjKlMnOpQrStUv',
  'sk-ant-api03-abc-DEF_ghi-jklmnop1234567890-AA',
  'sk-abcdefghijklmnopqrstuvwx1234',
  'sk_live_abcdefghijklmnop1234',
  'rk_live_abcdefghijklmnop1234',
  'glpat-abcdefghijklmnopqrst',
  'npm_abcdefghijklmnopqrstuvwxyz0123456789',
  'hf_abcdefghijklmnopqrstuvwxyz01234567',
  'AIzaSyA1234567890abcdefghijklmnopqrstuv',
  'SG.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  'Bearer abcdefghijkl',
  'bearer abcdefghijklmnop',
  'Basic YWRhOmh1bnRlcjIy',
  'https://hooks.slack.com/services/T000/B000/XXXXYYYYZZ',
  '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
  'whsec_abcdefghijklmnopqrstuvwx12',
  VALUE,
  LINES,
  encodeURIComponent(VALUE),
  encodeURIComponent(LINES),
];

/** Words, numbers, hashes, names and places that programs write, and that must stay readable. */
const ORDINARY = [
  'the token expired',
  'password reset requested',
  'commit 3f2a9bcd01',
  '3f2a9bcd0123456789abcdef0123456789abcdef',
  '123e4567-e89b-12d3-a456-426614174000',
  'tokens: 1234',
  'max_tokens=4096',
  '{"tokens":{"input":12,"output":3}}',
  '{"total_tokens": 5}',
  'Basic understanding of things',
  'Basic information',
  'bearer authentication failed',
  'bearer token missing',
  'Bearer token',
  'docker run -u 1000:1000 x',
  'see https://example.com:8080/path?x=1#y',
  'ssh://git@github.com/x/y',
  'git@github.com:a/b.git',
  'user: ada',
  'keyboard: qwerty',
  'monkey=5',
  'author: Ada Lovelace',
  'secretary: Bob',
  'compass=north',
  'bypass=yes',
  '12:30:45 done',
  'a:b=c',
  'http://localhost:3000',
  'sk-learn-preprocessing',
  'task_management_framework',
  'risk-assessment-framework-two',
  'the key: value pair',
  'primary key: id',
  'tokenizer: bpe',
  '--no-password next',
  'docker login --password-stdin registry.example.com',
  'passed: 5, failed: 2',
  'pass: 5',
  'std::string Password::check',
  'token == null',
  '{"hasPassword":true}',
  'password: null',
  'password={.password}',
  '$DB_PASSWORD',
  'password: ${DB_PASSWORD}',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '/embed/workers/3',
  'run mhx3k2-0123456789abcdef',
  'Error: Cannot find module nope',
  'at async ModuleLoader (node:internal/x.js:1:2)',
  'key=value',
  'correct the horse',
  'hotkey: x',
  'authored: me',
  '"status":"ok"',
  'cookiecutter: yes',
  'exit code 1: see logs',
  'the authorization failed',
  'use --token to log in',
  'Tokens used',
  'auth: ok',
];

describe('a secret that is named', () => {
  it.each(NAMED)('is masked: %s', (text) => {
    for (const shown of [
      redactor.text(text),
      redactor.text(`at first\n${text}\nat last`),
      json(redactor.value({ text })),
    ]) {
      expect(shown).not.toContain(SECRET);
      expect(shown).toContain(MASK);
    }
    expect(redactor.text(`at first\n${text}\nat last`)).toMatch(/^at first\n/);
  });

  it.each([
    [{ tokens: [SECRET] }],
    [{ tokens: { a: SECRET, n: 1 } }],
    [{ credentials: { value: SECRET } }],
    [{ password: [SECRET] }],
    [{ said: json({ password: [SECRET] }) }],
    [{ args: ['--password', SECRET, '-v'] }],
    [{ argv: ['curl', '-u', `ada:${SECRET}`] }],
    [{ env: [{ name: 'DB_PASSWORD', value: SECRET }] }],
    [{ headers: new Map([['authorization', `Token ${SECRET}`]]) }],
  ])('is masked within a value: %j', (value) => {
    expect(json(redactor.value(value))).not.toContain(SECRET);
  });

  it('is masked in the words of a command', () => {
    const words = [
      'curl',
      '-u',
      `ada:${SECRET}`,
      '-H',
      `Authorization: Token ${SECRET}`,
      '--token',
      SECRET,
      '-u',
      '10:10',
    ];
    expect(redactor.words(words)).toEqual([
      'curl',
      '-u',
      `ada:${MASK}`,
      '-H',
      `Authorization: ${MASK}`,
      '--token',
      MASK,
      '-u',
      '10:10',
    ]);
  });

  it('takes nothing along that stands beside it', () => {
    expect(redactor.text('password=hunter22 user=ada')).toBe(`password=${MASK} user=ada`);
    expect(redactor.text('{"password":["x","y"],"user":"ada"}')).toBe(`{"password":${MASK},"user":"ada"}`);
    expect(redactor.text(json({ a: json({ password: 'x', user: 'ada' }) }))).toContain('user\\":\\"ada');
    expect(redactor.text('db:\n  password: hunter22\n  user: ada')).toBe(`db:\n  password: ${MASK}\n  user: ada`);
    expect(redactor.text('credentials:\n  value: x\nuser: ada')).toBe(`credentials:\n${MASK}\nuser: ada`);
    expect(redactor.text('Cookie: sid=x; a=b\nHost: y')).toBe(`Cookie: ${MASK}\nHost: y`);
    expect(redactor.text("curl -H 'Authorization: Token x' https://y")).toBe(
      `curl -H 'Authorization: ${MASK}' https://y`,
    );
    expect(redactor.text('level=info authorization=Token x1y2 path=/x')).toBe(
      `level=info authorization=${MASK} path=/x`,
    );
    expect(redactor.text('/?token=x&page=2')).toBe(`/?token=${MASK}&page=2`);
  });
});

describe('a secret that is recognised', () => {
  it.each(RECOGNISED)('is masked: %s', (text) => {
    const end = text.slice(-8);
    for (const said of [text, `said ${text}, yes`, `"${text}"`, json(json({ m: `\n${text}\n` }))]) {
      expect(redactor.text(said)).not.toContain(end);
    }
  });

  it('is masked in the place of a user', () => {
    const url = 'https://0123456789abcdef0123456789abcdef@sentry.example/1';
    expect(redactor.text(url)).toBe(`https://${MASK}@sentry.example/1`);
  });
});

describe('a value of the environment that is cut', () => {
  const pieces = [VALUE, LINES].flatMap((value) =>
    Array.from({ length: value.length - 6 }, (_, at) => [value, at + 6] as const),
  );

  it.each(pieces)('is masked at the end of a text, and at the beginning of the next: %j at %i', (value, at) => {
    const [first, second] = [value.slice(0, at), value.slice(at)];
    const isWord = (piece: string) => /^[A-Za-z]+$/.test(piece) && piece.length * 2 < value.length;
    if (first.length >= 6 && !isWord(first)) {
      for (const [text, shown] of [
        [`it is ${first}`, `it is ${MASK}`],
        [`it is ${first}… (9 characters)`, `it is ${MASK}… (9 characters)`],
        [`Its last words: "it is ${first}".`, `Its last words: "it is ${MASK}".`],
      ] as const) {
        expect(redactor.text(text)).toBe(shown);
      }
    }
    if (second.length < 6 || isWord(second)) return;
    expect(redactor.text(`${second} it is`)).toBe(`${MASK} it is`);
    expect(redactor.text(`Its last words: "${second} it is".`)).toBe(`Its last words: "${MASK} it is".`);
  });

  it('is masked where a value is shortened', () => {
    for (let before = 4060; before < 4096; before += 5) {
      const shown = String(redactor.value(`${'x '.repeat(before / 2)}${VALUE}${' y'.repeat(9000)}`));
      expect(shown).not.toContain('correct h');
    }
    // What is masked makes room for what was cut.
    const masked = `password=${'p'.repeat(5000)} `;
    const shown = String(
      redactor.value(`${masked}${'x'.repeat(8192 - masked.length - 10)}${VALUE}${'y'.repeat(9000)}`),
    );
    expect(shown).not.toContain('correct');
  });
});

describe('what is no secret', () => {
  it.each(ORDINARY)('stays as it is: %s', (text) => {
    expect(redactor.text(text)).toBe(text);
    expect(redactor.text(`at first\n${text}\nat last`)).toBe(`at first\n${text}\nat last`);
  });

  it.each([
    [{ tokens: 12 }],
    [{ usage: { total_tokens: 5, tokens: { input: 1, output: 2 } } }],
    [{ hasPassword: true, password: null }],
    [{ keys: ['a'], author: 'Ada', commit: '3f2a9bcd0123456789abcdef0123456789abcdef' }],
  ])('stays as it is within a value: %j', (value) => {
    expect(redactor.value(value)).toEqual(value);
  });
});
