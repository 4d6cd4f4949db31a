import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EspalierError } from '../../../src/errors.js';
import type { NewJournalEvent, StoreTrouble } from '../../../src/machines/events.js';
import { readTrouble, TroubleNote } from '../../../src/persistence/trouble/note.js';
import { Refusals } from '../../../src/persistence/trouble/refusals.js';
import { newFile } from '../support/world.js';

const fact = (change: Partial<StoreTrouble> = {}): StoreTrouble => ({
  host: 'host-a',
  error: { code: 'ESP_STORE_FULL', message: 'no space left on the disk' },
  writes: 3,
  from: 1000,
  to: 2000,
  ...change,
});

describe('the note of trouble beside a store', () => {
  it('is made with room for all that it may say, and says nothing at first', () => {
    const file = newFile();
    const note = new TroubleNote(file);
    const { size, mode } = statSync(`${file}-trouble`);
    expect([size, mode & 0o777]).toEqual([4096, 0o600]);
    expect(readTrouble(file)).toBeNull();
    note.write(fact());
    expect(readTrouble(file)).toEqual(fact());
    expect(statSync(`${file}-trouble`).size).toBe(size);
    note.close();
  });

  it('has the last word said, whoever said it, until it is taken back', () => {
    const file = newFile();
    const [a, b] = [new TroubleNote(file), new TroubleNote(file)];
    a.write(fact({ error: { code: 'ESP_STORE_FULL', message: 'a long story '.repeat(50) } }));
    b.write(fact({ host: 'host-b' }));
    expect(readTrouble(file)).toEqual(fact({ host: 'host-b' }));
    b.clear();
    expect(readTrouble(file)).toBeNull();
    a.close();
    b.close();
  });

  it('stays when its host ends in trouble, and goes with a host that ends without', () => {
    const file = newFile();
    const note = new TroubleNote(file);
    note.write(fact());
    note.close();
    expect(readTrouble(file)).toEqual(fact());
    const next = new TroubleNote(file);
    expect(readTrouble(file)).toEqual(fact());
    next.clear();
    next.close();
    expect(existsSync(`${file}-trouble`)).toBe(false);
  });

  it('fits, however long the message, in letters of any size', () => {
    const file = newFile();
    const note = new TroubleNote(file);
    for (const letter of ['x', '\n', '"']) {
      note.write(fact({ error: { code: 'ESP_STORE_FULL', message: letter.repeat(100_000) } }));
      expect(readTrouble(file)?.error.message).toBe(letter.repeat(1000));
    }
    note.close();
  });

  it('says nothing when it was cut short, and is written over', () => {
    const file = newFile();
    writeFileSync(`${file}-trouble`, '{"host":"host-a","err');
    expect(readTrouble(file)).toBeNull();
    const note = new TroubleNote(file);
    note.write(fact());
    expect(readTrouble(file)).toEqual(fact());
    note.close();
  });

  /** What somebody else may have put there. */
  const traps: Readonly<Record<string, (path: string, target: string) => void>> = {
    'a link': (path, target) => symlinkSync(target, path),
    'a link to nothing': (path, target) => symlinkSync(`${target}-missing`, path),
    'a second name of another file': (path, target) => linkSync(target, path),
    'a folder': (path) => mkdirSync(path),
    'a pipe': (path) => void execFileSync('mkfifo', [path]),
    'a link to a folder': (path) => symlinkSync('/', path),
    'a link to itself': (path) => symlinkSync(path, path),
  };

  it.each(Object.entries(traps))('neither reads nor writes nor removes %s in its place', (_, lay) => {
    const file = newFile();
    const target = `${file}-target`;
    writeFileSync(target, JSON.stringify(fact()));
    lay(`${file}-trouble`, target);
    expect(readTrouble(file)).toBeNull();
    const note = new TroubleNote(file);
    note.write(fact({ host: 'host-b' }));
    note.clear();
    note.close();
    expect(readFileSync(target, 'utf8')).toBe(JSON.stringify(fact()));
    expect(existsSync(`${target}-missing`)).toBe(false);
    expect(lstatSync(`${file}-trouble`)).toBeDefined();
  });

  it('leaves alone what was put in its place meanwhile', () => {
    const file = newFile();
    const note = new TroubleNote(file);
    rmSync(`${file}-trouble`);
    mkdirSync(`${file}-trouble`);
    note.write(fact());
    note.close();
    expect(lstatSync(`${file}-trouble`).isDirectory()).toBe(true);
  });

  it('keeps nobody from working where a part of its path is no folder', () => {
    const file = newFile();
    writeFileSync(file, '');
    const note = new TroubleNote(join(file, 'store.db'));
    note.write(fact());
    note.close();
    expect(readTrouble(join(file, 'store.db'))).toBeNull();
  });

  it('keeps nobody from working where it cannot be made', () => {
    const note = new TroubleNote(`/no/such/folder/store.db`);
    note.write(fact());
    note.clear();
    note.close();
    expect(readTrouble('/no/such/folder/store.db')).toBeNull();
  });
});

describe('the account of refused writes', () => {
  const full = new EspalierError('ESP_STORE_FULL', 'no space left');

  function account() {
    const file = newFile();
    const told: NewJournalEvent[] = [];
    const world = { now: 0, accepts: true };
    const journal = async (event: NewJournalEvent) => {
      if (!world.accepts) throw full;
      told.push(event);
    };
    const refusals = new Refusals({ file, host: 'host-a', now: () => world.now, journal });
    const worked = async () => {
      refusals.worked();
      await new Promise(setImmediate);
    };
    return { file, told, world, refusals, worked };
  }

  it('is kept in the note while it lasts: since when, until when, how many', () => {
    const { file, told, world, refusals } = account();
    for (const now of [100, 200, 300]) {
      world.now = now;
      refusals.refused(full);
    }
    expect(readTrouble(file)).toMatchObject({ host: 'host-a', writes: 3, from: 100, to: 300 });
    expect(readTrouble(file)?.error).toMatchObject({ code: 'ESP_STORE_FULL', message: 'no space left' });
    expect(told).toEqual([]);
    refusals.close();
    expect(readFileSync(`${file}-trouble`, 'utf8')).toContain('no space left');
  });

  it('is told to the journal once, when room came back and stayed', async () => {
    const { file, told, world, refusals, worked } = account();
    refusals.refused(full);
    world.now = 999;
    await worked();
    expect(told).toEqual([]);
    world.now = 1000;
    await worked();
    await worked();
    expect(told).toEqual([{ type: 'store.refused', data: expect.objectContaining({ writes: 1, from: 0, to: 0 }) }]);
    expect(readTrouble(file)).toBeNull();
    refusals.close();
  });

  it('goes on when its own telling is refused, and is told later', async () => {
    const { file, told, world, refusals, worked } = account();
    refusals.refused(full);
    world.accepts = false;
    world.now = 5000;
    await worked();
    expect(readTrouble(file)).toMatchObject({ writes: 1 });
    world.accepts = true;
    await worked();
    expect(told).toHaveLength(1);
    expect(readTrouble(file)).toBeNull();
    refusals.close();
  });

  it('has nothing of errors that are not the disk’s', () => {
    const { file, refusals } = account();
    for (const error of [new Error('x'), new EspalierError('ESP_INVALID', 'x'), new EspalierError('ESP_FENCED', 'x')])
      refusals.refused(error);
    expect(readTrouble(file)).toBeNull();
    refusals.close();
  });
});
