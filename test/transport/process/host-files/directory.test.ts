import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createHostDirectory,
  removeHostDirectory,
  removeLeftovers,
} from '../../../../src/transport/process/host-files/directory.js';
import { SmallDisk } from '../../../support/small-disk.js';

const folder = mkdtempSync(join(tmpdir(), 'directory-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a host's folder", () => {
  it('is private, ours, and in the runtime folder if there is one', async () => {
    const made = await createHostDirectory({ XDG_RUNTIME_DIR: folder });
    expect(dirname(made)).toBe(folder);
    expect(statSync(made)).toMatchObject({ uid: process.getuid?.() });
    expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(await removeHostDirectory(made)).toBe(true);
    expect(existsSync(made)).toBe(false);
  });

  it('is its user’s to use, whatever the umask', async () => {
    const before = process.umask(0o777);
    try {
      const made = await createHostDirectory({ XDG_RUNTIME_DIR: folder });
      expect(statSync(made).mode & 0o777).toBe(0o700);
      await removeHostDirectory(made);
    } finally {
      process.umask(before);
    }
  });

  it('is made elsewhere when the runtime folder is missing, or too long for a socket', async () => {
    const long = join(folder, 'x'.repeat(90));
    mkdirSync(long);
    for (const unfit of [long, join(folder, 'missing'), 'relative']) {
      const made = await createHostDirectory({ XDG_RUNTIME_DIR: unfit });
      expect(['/dev/shm', tmpdir()]).toContain(dirname(made));
      await removeHostDirectory(made);
    }
  });

  it('is made elsewhere when the runtime folder is full', async () => {
    const disk = SmallDisk.mount(4096);
    if (disk === null) return;
    const roomy = await createHostDirectory({ XDG_RUNTIME_DIR: disk.path });
    expect(dirname(roomy)).toBe(disk.path);
    await removeHostDirectory(roomy);
    disk.fill();
    const made = await createHostDirectory({ XDG_RUNTIME_DIR: disk.path });
    expect(['/dev/shm', tmpdir()]).toContain(dirname(made));
    await removeHostDirectory(made);
  });

  it('is the only thing that is ever removed', async () => {
    const home = join(folder, 'home');
    const open = join(folder, 'esp-open');
    const link = join(folder, 'esp-link');
    mkdirSync(home, { mode: 0o700 });
    mkdirSync(open);
    chmodSync(open, 0o755);
    symlinkSync(home, link);
    for (const other of [home, open, link, basename(open), '/', '', join(folder, 'esp-absent')]) {
      expect(await removeHostDirectory(other)).toBe(false);
    }
    expect([home, open, link].every(existsSync)).toBe(true);
  });

  it('loses what earlier forkers left in it, and nothing else', async () => {
    const made = await createHostDirectory({ XDG_RUNTIME_DIR: folder });
    const files = ['1-0.out', '1-63.err', '1.sessions', '2-0.out', '2.sessions', 'port', 'a1.in'];
    for (const file of files) writeFileSync(join(made, file), '');
    await removeLeftovers(made, 2);
    expect(files.filter((file) => existsSync(join(made, file)))).toEqual(files.slice(3));
  });
});
