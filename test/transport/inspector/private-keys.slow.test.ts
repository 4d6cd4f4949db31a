import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { createRedactor, MASK } from '../../../src/redact/redactor.js';
import { Capture } from '../../../src/transport/process/capture.js';
import { claim, newFile, openHost, startRun } from '../../persistence/support/world.js';
import { soon } from '../../support/soon.js';
import { get, listen, openDoors, TOKEN } from './doors.js';
import { FakeHost } from './fake-host.js';

const { text: mask } = createRedactor();

const pem = (type: 'pkcs1' | 'pkcs8' | 'sec1') => ({ type, format: 'pem' }) as const;
const wrapped = (bytes: number, width: number) =>
  randomBytes(bytes)
    .toString('base64')
    .replace(new RegExp(`(.{${width}})(?=.)`, 'g'), '$1\n');

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** Keys in the forms that programs print. */
const KEYS: Readonly<Record<string, string>> = {
  'PKCS #8': rsa.export(pem('pkcs8')).toString(),
  'PKCS #1': rsa.export(pem('pkcs1')).toString(),
  encrypted: rsa.export({ ...pem('pkcs1'), cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
  'elliptic curve': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem('sec1')).toString(),
  Ed25519: generateKeyPairSync('ed25519').privateKey.export(pem('pkcs8')).toString(),
  OpenSSH: `-----BEGIN OPENSSH PRIVATE KEY-----\n${wrapped(1700, 70)}\n-----END OPENSSH PRIVATE KEY-----\n`,
  PGP: `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${wrapped(1500, 64)}\n=AbCd\n-----END PGP PRIVATE KEY BLOCK-----\n`,
  'a very large one': `-----BEGIN PRIVATE KEY-----\n${wrapped(20_000, 64)}\n-----END PRIVATE KEY-----\n`,
};

/** How the lines of a key come into a log. */
const FORMS: Readonly<Record<string, (key: string) => string>> = {
  'as they are': (key) => key,
  'with carriage returns': (key) => key.replaceAll('\n', '\r\n'),
  'within JSON': (key) => JSON.stringify({ level: 'debug', key }),
  'within JSON within JSON': (key) => JSON.stringify(JSON.stringify({ key })),
  'as a list of lines': (key) => JSON.stringify(key.split('\n')),
  'behind a name': (key) => key.replaceAll(/^(?=.)/gm, 'web-1  | '),
  'behind a time': (key) => {
    let at = 0;
    return key.replaceAll(/^(?=.)/gm, () => `2026-11-26T01:02:03.${String(++at % 1000).padStart(3, '0')}Z DEBUG `);
  },
};

/** So many characters of a key within one line are a part of it, not chance. */
const TELLING = 8;

function piecesOf(key: string): Set<string> {
  const lines = key.split('\n').filter((line) => /^[A-Za-z0-9+/=]+$/.test(line));
  const pieces = lines.flatMap((line) =>
    Array.from({ length: Math.max(0, line.length - TELLING + 1) }, (_, at) => line.slice(at, at + TELLING)),
  );
  return new Set(pieces);
}

/** What of a key can still be read in a text. */
function leaked(pieces: ReadonlySet<string>, text: string): string[] {
  const shown = text.replaceAll(MASK, ' ');
  const found: string[] = [];
  for (let at = 0; at + TELLING <= shown.length; at += 1) {
    const piece = shown.slice(at, at + TELLING);
    if (pieces.has(piece)) found.push(piece);
  }
  return found;
}

/** Places to cut: all of them, or of a very large key so many. */
function cuts({ length }: string): number[] {
  const step = Math.max(1, Math.floor(length / 3000)) * (length > 6000 ? 7 : 1);
  return Array.from({ length: Math.ceil(length / step) }, (_, at) => at * step);
}

describe.each(Object.entries(KEYS))('a private key (%s)', (_, key) => {
  const pieces = piecesOf(key);

  it.each(Object.entries(FORMS))('%s is masked wherever it is cut', (form, write) => {
    const text = write(key);
    const leaks = (cut: string) => leaked(pieces, mask(cut)).length > 0;
    expect(leaked(pieces, text).length).toBeGreaterThan(0);
    expect(leaks(`starting\n${text}\nready\n`)).toBe(false);
    for (const at of cuts(text)) {
      const [before, after] = [text.slice(0, at), text.slice(at)];
      // A tail begins within it; a chunk ends in it; both, with what was lost between or without a break.
      if (leaks(`${after}\nServer listens on 8080\n`)) throw new Error(`${form}: begins at ${at}: ${mask(after)}`);
      if (leaks(`Server starts\n${before}`)) throw new Error(`${form}: ends at ${at}: ${mask(before)}`);
      if (form.startsWith('behind')) continue;
      if (leaks(`Server starts\n${before}er listens\nready`)) throw new Error(`${form}: lost from ${at} on`);
      if (leaks(`Server lis${after}\nready`)) throw new Error(`${form}: lost up to ${at}`);
    }
  });
});

describe('of a private key', () => {
  it.each(Object.entries(FORMS))('%s, what is left of it between two cuts is masked', (_, write) => {
    const key = KEYS['PKCS #8'] ?? '';
    const [text, pieces] = [write(key), piecesOf(key)];
    // At least two whole lines, whatever stands before them.
    for (let at = 0; at + 400 <= text.length; at += 1) {
      expect(leaked(pieces, mask(`a\n${text.slice(at, at + 400)}`)), String(at)).toEqual([]);
    }
  });
});

describe('a private key that comes in pieces', () => {
  const key = KEYS['PKCS #8'] ?? '';
  const pieces = piecesOf(key);
  const text = `starting\n${key}ready\n`;
  /** Half a line each, as a pipe may cut it: no piece has a whole line. */
  const halves = Array.from({ length: Math.ceil(text.length / 32) }, (_, at) => text.slice(at * 32, at * 32 + 32));

  it('is masked in what the process of a worker writes, whatever was taken of it', async () => {
    const [stdout, capture] = [new PassThrough(), new Capture()];
    capture.attach(stdout, new PassThrough());
    for (const [at, half] of halves.entries()) {
      stdout.write(half);
      await new Promise((resolve) => setImmediate(resolve));
      if (at % 3 === 0) capture.take();
      expect(leaked(pieces, mask(capture.peek().stdout)), String(at)).toEqual([]);
    }
    expect(mask(capture.peek().stdout)).toBe(`starting\n${MASK}\nready\n`);
  });

  it('is masked in the output of a slot, after each chunk that is kept of it', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['input']);
    const at = await claim(store, 0);
    for (const half of halves) {
      const chunk = { stdout: new Uint8Array(), stderr: Buffer.from(half), dropped: false };
      await store.outputs.append(at, chunk);
      const kept = await store.outputs.read('run', 0);
      expect(leaked(pieces, mask(kept?.stderr ?? ''))).toEqual([]);
    }
    expect(mask((await store.outputs.read('run', 0))?.stderr ?? '')).toBe(`starting\n${MASK}\nready\n`);
  });
});

describe('what is no private key', () => {
  it.each([
    'Server starts\nlistening on 8080\nready',
    `sha256 ${'0123456789abcdef'.repeat(4)}`,
    'C:\\new\\readme.txt\nC:\\next',
    '-----BEGIN PRIVATE KE',
    'the PRIVATE KEY is in the vault\nServer starts',
    'integrity checked\n/usr/share/java/org/example/SomethingVeryLong/Other/Deep1/File\nready',
  ])('stays: %s', (text) => {
    expect(mask(text)).toBe(text);
  });

  // Each of them would take minutes if it were looked at anew from each of its places.
  it.each(['\\\\', '\\\\r', '\\n', '",       ', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----', 'A '])(
    'costs no more than its length: %j, over and over',
    (piece) => {
      const text = `${wrapped(48, 64)}${piece.repeat(1_000_000 / piece.length)}`;
      expect(mask(text)).not.toBe('');
    },
  );

  it('is shown around one', () => {
    expect(mask(`starting\n${KEYS.Ed25519}ready\n`)).toBe(`starting\n${MASK}\nready\n`);
    const cut = (KEYS['PKCS #8'] ?? '').slice(200);
    expect(mask(`${cut}the server is ready\n`)).toBe(`${MASK}\nthe server is ready\n`);
  });
});

describe('a private key that is cut', () => {
  const key = KEYS['PKCS #8'] ?? '';
  const DOORS = ['logs?path=/a', 'actor?path=/a', 'output?run=r&index=0', 'rows?run=r&from=0&limit=1', 'tree'];

  /** A host whose worker has ended with a part of a key in all that it left. */
  function hostWith(part: string): FakeHost {
    const host = new FakeHost();
    host.see('/a', 'running', 1, 'worker');
    host.text = { stdout: part, stderr: `starting\n${part}`, truncated: true };
    const error = { code: 'ESP_PROTOCOL', message: `received ${JSON.stringify(part)}` };
    const row = { position: 1, index: 0, status: 'failed', input: { said: part }, attempts: 1, durationMs: 1 } as const;
    host.seenRows = [{ ...row, error }];
    const end = { code: 1, signal: null, served: true, rssBytes: null, oomKills: 0 } as const;
    const data = { ...end, spawnId: 's', pid: 7, cause: 'protocol_error', error, stderr: part } as const;
    host.emit({ type: 'worker.crashed', path: '/a', incarnation: 1, data });
    return host;
  }

  it.each([
    ['begins in it', key.slice(137)],
    ['ends in it', key.slice(0, 300)],
    ['has its middle alone', key.slice(150, 900)],
  ])('comes out of no door: a log that %s', async (_, part) => {
    const { port } = await openDoors({ host: hostWith(part) });
    const { socket, heard } = await listen(port);
    socket.send(JSON.stringify({ type: 'subscribe', id: 1, view: { type: 'timeline' } }));
    socket.send(JSON.stringify({ type: 'subscribe', id: 2, view: { type: 'actor', path: '/a' } }));
    await vi.waitFor(() => expect(heard.filter(({ type }) => type === 'snapshot')).toHaveLength(2), soon);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const said = await Promise.all(DOORS.map(async (door) => (await get(port, `/api/${door}`, { headers })).body));
    const all = [JSON.stringify(heard), ...said];
    expect(all.filter((text) => text.includes(MASK)).length).toBeGreaterThan(4);
    for (const text of all) expect(leaked(piecesOf(key), text)).toEqual([]);
  });
});
