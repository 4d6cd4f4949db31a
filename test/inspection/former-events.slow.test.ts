import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { explain, inspectStore, openReader } from '../../src/index.js';
import { espalierHere } from '../cli/espalier.js';
import { newFile, open } from '../persistence/support/world.js';

const PATH = '/p/workers/1';
const REASON = 'may still run: 4000017 (its cookie cannot be read)';

/** A store that was written when seats were still called slots, opened by a host of now: its journal stands as it was. */
async function formerStore(file = newFile()): Promise<string> {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file);
  db.exec(readFileSync(new URL('fixtures/slot-quarantined.sql', import.meta.url), 'utf8'));
  db.close();
  await (await open(file)).close();
  return file;
}

it('a quarantine of before is listed as it was written, and found by its type', async () => {
  const folder = dirname(await formerStore(join(dirname(newFile()), '.espalier', 'espalier.db')));
  const { stdout } = await espalierHere(dirname(folder), ['events', '--json', '--type', 'slot.quarantined']);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ seq: 4, type: 'slot.quarantined', path: PATH, data: { reason: REASON } }]);
  expect((await espalierHere(dirname(folder), ['events'])).stdout).toContain('slot.quarantined');
  expect((await espalierHere(dirname(folder), ['why', PATH])).stdout).toContain(REASON);
});

it('a quarantine of before is explained as one of now', async () => {
  const reader = await openReader(await formerStore());
  onTestFinished(() => reader.close());
  const { findings } = await explain(reader, PATH);
  expect(findings[0]).toMatchObject({ cause: 'suspect', about: PATH, standing: true });
  expect(findings[0].sentences[0]).toBe(
    `The seat ${PATH} is closed because what ran in it could not be proven gone: ${REASON}.`,
  );
  expect(findings[0].evidence.map(({ seq }) => seq)).toEqual([3, 4]);
});

it('a quarantine of before is the problem of its seat in the inspector of its store', async () => {
  const reader = await openReader(await formerStore());
  onTestFinished(() => reader.close());
  const { url, close } = await inspectStore(reader, { port: 0 });
  onTestFinished(() => close());
  const { origin, searchParams } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  const answer = await fetch(`${origin}/api/tree`, { headers });
  const quarantined = expect.objectContaining({ path: PATH, problem: `quarantined: ${REASON}` });
  expect(await answer.json()).toMatchObject({ actors: expect.arrayContaining([quarantined]) });
  const { body } = await fetch(`${origin}/events`, { headers });
  let heard = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    heard += chunk;
    if (heard.includes('"type":"slot.quarantined"')) return;
  }
  expect.fail(`the stream of events ended without it: ${heard}`);
});
