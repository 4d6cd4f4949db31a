import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { required } from '../../support/required.js';
import { folder, open, openHost, openStore } from '../support/world.js';

const IS_ROOT = required('root, to give a file to another user', process.getuid?.() === 0);

const HOST = { mode: 'write', runId: 'host-a' } as const;

const umask = process.umask();
afterEach(() => {
  process.umask(umask);
});

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** The modes of what a store has, while it is open. */
function modes(file: string): Record<string, string> {
  const names = ['', '-wal', '-shm', '-trouble'].filter((end) => existsSync(`${file}${end}`));
  return Object.fromEntries(names.map((end) => [end || 'store', modeOf(`${file}${end}`)]));
}

const all = (mode: string) => ({ store: mode, '-wal': mode, '-shm': mode, '-trouble': mode });

describe('a store that is made', () => {
  it.each([0o000, 0o022, 0o077, 0o777])(
    'is its user’s alone, with its folder, whatever the umask: %o',
    async (mask) => {
      const file = join(folder(), '.espalier', 'app.db');
      process.umask(mask);
      await openHost(file);
      expect(modes(file)).toEqual(all('600'));
      expect(modeOf(join(file, '..'))).toBe('700');
      expect(modeOf(join(file, '../.gitignore'))).toBe('600');
    },
  );

  it.each([
    [0o660, '660', '770'],
    [0o640, '640', '750'],
    [0o644, '644', '755'],
  ])('is shared as it is asked for, whatever the umask: %o', async (fileMode, shown, around) => {
    process.umask(0o077);
    const file = join(folder(), '.espalier', 'app.db');
    await openHost(file, 'host-a', { fileMode });
    expect(modes(file)).toEqual(all(shown));
    expect(modeOf(join(file, '..'))).toBe(around);
  });
});

describe('a store that exists', () => {
  async function existing(file: string): Promise<void> {
    await (await openHost(file)).close();
    writeFileSync(`${file}-trouble`, '');
    for (const path of [file, `${file}-trouble`]) chmodSync(path, 0o644);
  }

  it('is its user’s alone once a host has opened it, and its own folder too', async () => {
    const file = join(folder(), '.espalier', 'app.db');
    await existing(file);
    chmodSync(join(file, '..'), 0o777);
    await openHost(file, 'host-b');
    expect(modes(file)).toEqual(all('600'));
    expect(modeOf(join(file, '..'))).toBe('700');
  });

  it('has no say in a folder that is its user’s: that stays as it is', async () => {
    const around = folder();
    chmodSync(around, 0o755);
    const file = join(around, 'app.db');
    await existing(file);
    writeFileSync(join(around, 'app.db-notes'), '', { mode: 0o644 });
    await openHost(file, 'host-b');
    expect(modes(file)).toEqual(all('600'));
    expect([modeOf(around), modeOf(join(around, 'app.db-notes'))]).toEqual(['755', '644']);
  });

  it('is left as it is by those who look, and by those who only say something in it', async () => {
    const file = join(folder(), 'app.db');
    await existing(file);
    await open(file, { mode: 'read' });
    await open(file, { mode: 'write' });
    expect(modeOf(file)).toBe('644');
  });

  it.runIf(IS_ROOT)('of another user is left as it is', async () => {
    const file = join(folder(), 'app.db');
    await existing(file);
    chownSync(file, 12_345, 12_345);
    await openHost(file, 'host-b');
    expect(modeOf(file)).toBe('644');
  });
});

describe('what lies in wait beside a store', () => {
  it.each(['-wal', '-shm', '-journal'])('as %s is not written through', async (end) => {
    const around = folder();
    const [file, target] = [join(around, 'app.db'), join(around, 'target')];
    writeFileSync(target, 'mine');
    symlinkSync(target, `${file}${end}`);
    await expect(openStore(file, HOST)).rejects.toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(existsSync(file)).toBe(false);
  });

  it('as its own folder’s list for git is left alone', async () => {
    const around = folder();
    mkdirSync(join(around, '.espalier'));
    writeFileSync(join(around, 'target'), 'mine');
    symlinkSync(join(around, 'target'), join(around, '.espalier', '.gitignore'));
    await openHost(join(around, '.espalier', 'app.db'));
    expect(readFileSync(join(around, 'target'), 'utf8')).toBe('mine');
  });
});
