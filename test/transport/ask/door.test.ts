import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ask } from '../../../src/transport/ask/ask.js';
import { AskDoor } from '../../../src/transport/ask/door.js';
import { type Answerer, type AnswerOf, ASK_LIMITS } from '../../../src/transport/ask/question.js';

const SECRETS: AnswerOf<'secrets'> = {
  keys: ['pin', { source: '^x-', flags: 'i' }],
  patterns: [],
  values: ['swordfish'],
};
const TREE: AnswerOf<'tree'> = { actors: [], leftOut: 7 };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'esp-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function open(own: Partial<Answerer> = {}) {
  const answerer: Answerer = { tree: () => TREE, secrets: () => SECRETS, ...own };
  const directory = folder();
  const faults: unknown[] = [];
  const door = await AskDoor.open(directory, answerer, (error) => void faults.push(error));
  onTestFinished(() => door.close());
  return { directory, door, faults };
}

/** What comes back for a text that is sent as it is. */
async function say(directory: string, text: string): Promise<string> {
  const socket = connect({ path: join(directory, 'ask'), allowHalfOpen: true });
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  socket.end(text);
  if (!socket.destroyed) await once(socket, 'close');
  return heard;
}

it('answers a question, again and again, to its own user alone', async () => {
  const { directory } = await open();
  expect(statSync(join(directory, 'ask')).mode & 0o777).toBe(0o600);
  for (let times = 0; times < 20; times += 1) {
    expect(await ask(directory, { ask: 'tree' })).toEqual({ answered: true, answer: TREE });
  }
});

it('refuses what it does not know, and lets nobody look up what an object has by birth', async () => {
  const { directory, faults } = await open();
  for (const name of ['forest', '__proto__', 'constructor', 'toString']) {
    expect(JSON.parse(await say(directory, `{"ask":"${name}"}\n`))).toMatchObject({ refused: expect.any(String) });
  }
  for (const text of ['[]\n', 'null\n', '{}\n', '7\n']) {
    expect(JSON.parse(await say(directory, text))).toMatchObject({ refused: expect.any(String) });
  }
  expect(faults).toEqual([]);
});

it('sends away who says what is no question, or too much, and answers the next one', async () => {
  const { directory, faults } = await open();
  expect(await say(directory, 'GET / HTTP/1.1\n')).toMatch(/refused/);
  expect(await say(directory, '')).toMatch(/refused/);
  expect(await say(directory, 'x'.repeat(ASK_LIMITS.question + 1))).toBe('');
  expect(await ask(directory, { ask: 'tree' })).toMatchObject({ answered: true });
  expect(faults).toEqual([]);
});

it('says of a host that cannot be asked what keeps it', async () => {
  const absent = folder();
  expect(await ask(absent, { ask: 'tree' })).toEqual({ answered: false, why: 'listens to nobody' });
  expect(await ask(join(absent, 'gone'), { ask: 'tree' })).toMatchObject({ answered: false });

  const { directory, door } = await open();
  chmodSync(directory, 0o755);
  expect(await ask(directory, { ask: 'tree' })).toEqual({ answered: false, why: 'belongs to another user' });
  chmodSync(directory, 0o700);
  await door.close();
  expect(await ask(directory, { ask: 'tree' })).toEqual({ answered: false, why: 'listens to nobody' });
});

it('waits for no host longer than it was told to, and is let go when the door closes', async () => {
  const { directory, door } = await open({ tree: () => new Promise(() => undefined) });
  expect(await ask(directory, { ask: 'tree' }, 50)).toEqual({ answered: false, why: 'gave no answer within 50 ms' });
  const asked = ask(directory, { ask: 'tree' }, 30_000);
  await door.close();
  expect(await asked).toMatchObject({ answered: false });
});

it('tells the host of an answer that failed, and the asker that there is none', async () => {
  const failed = new Error('no tree today');
  const { directory, faults } = await open({ tree: () => Promise.reject(failed) });
  expect(await ask(directory, { ask: 'tree' })).toEqual({ answered: false, why: 'gave no answer' });
  expect(faults).toEqual([failed]);
});

it('lets in no more askers than it has room for', async () => {
  const { directory } = await open({ tree: () => new Promise(() => undefined) });
  const asked = Array.from({ length: ASK_LIMITS.askers + 3 }, () => ask(directory, { ask: 'tree' }, 300));
  const why = (await Promise.all(asked)).map((one) => (one.answered ? '' : one.why));
  expect(why.filter((one) => one.startsWith('gave no answer within'))).toHaveLength(ASK_LIMITS.askers);
});
