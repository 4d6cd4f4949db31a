import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFile, openHost } from '../support/world.js';

const event = { type: 'pool.ready', path: '/p', incarnation: 1, data: { size: 1 } } as const;

/** A store in a folder of its own, in which one event was acknowledged. */
async function opened() {
  const folder = join(dirname(newFile()), 'folder');
  mkdirSync(folder);
  const file = join(folder, 'app.db');
  const store = await openHost(file);
  const write = () => store.journal.append([event]);
  await write();
  return { folder, file, store, write };
}

/** What takes the store away, by what is done. */
const LOSSES = {
  'its file was removed': ({ file }) => rmSync(file),
  'its log was removed': ({ file }) => rmSync(`${file}-wal`),
  'the index of its log was removed': ({ file }) => rmSync(`${file}-shm`),
  'its folder was renamed': ({ folder }) => renameSync(folder, `${folder}-old`),
  'its folder was removed': ({ folder }) => rmSync(folder, { recursive: true }),
  'another file has taken its place': ({ file }) => {
    copyFileSync(file, `${file}-copy`);
    renameSync(`${file}-copy`, file);
  },
} satisfies Record<string, (at: { file: string; folder: string }) => void>;

describe('an open store', () => {
  it.each(Object.entries(LOSSES))('acknowledges nothing once %s, and says so', async (_, lose) => {
    const { file, folder, store, write } = await opened();
    lose({ file, folder });
    const message = expect.stringMatching(/was removed or renamed while it was open|is another file now/);
    await expect(write()).rejects.toMatchObject({ code: 'ESP_STORE_UNUSABLE', message });
    await expect(store.hosts.heartbeat('host-a')).rejects.toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
    await store.close();
    // What has taken its place is left as it is.
    if (lose === LOSSES['another file has taken its place']) expect(existsSync(file)).toBe(true);
  });

  it('goes on when its folder comes back', async () => {
    const { folder, store, write } = await opened();
    renameSync(folder, `${folder}-old`);
    await expect(write()).rejects.toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
    renameSync(`${folder}-old`, folder);
    await write();
    const sizes: number[] = [];
    for await (const found of store.journal.tail({ follow: false })) if (found.type === 'pool.ready') sizes.push(1);
    expect(sizes).toHaveLength(2);
  });
});
