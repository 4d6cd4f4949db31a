import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunk, codeOf, newFile, open, openHost } from '../../support/world.js';

const KEPT = 64 * 1024;
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
const at = { path: '/w', incarnation: 1 };

describe('a log', () => {
  it('goes on through incarnations and hosts, and says who wrote last', async () => {
    const file = newFile();
    const store = await openHost(file);
    await store.logs.append(at, chunk('one ', 'a'));
    await store.logs.append({ ...at, incarnation: 2 }, chunk('two ', 'b'));
    await store.hosts.end('host-a');
    await store.close();
    const next = await openHost(file, 'host-b');
    await next.logs.append(at, chunk('three'));
    const log = await next.logs.read('/w');
    expect([text(log?.stdout), text(log?.stderr)]).toEqual(['one two three', 'ab']);
    expect(log).toMatchObject({ runId: 'host-b', incarnation: 1, truncated: false, end: { stdout: 13, stderr: 2 } });
    expect(await next.logs.read('/none')).toBeNull();
  });

  it('keeps the last 64 KiB of each stream, whatever came in which chunks, and a reader who follows misses none of them', async () => {
    const store = await openHost(newFile());
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: KEPT }), fc.integer({ min: 0, max: 300 })), { maxLength: 12 }),
        async (sizes) => {
          run += 1;
          const path = `/w${run}`;
          let [all, followed, place] = ['', '', { stdout: 0, stderr: 0 }];
          for (const [out, err] of sizes) {
            const said = String(all.length % 10).repeat(out);
            all += said;
            await store.logs.append({ path, incarnation: 1 }, chunk(said, 'e'.repeat(err)));
            const news = await store.logs.read(path, place);
            if (news === null) continue;
            expect(news.truncated).toBe(false);
            followed += text(news.stdout);
            place = news.end;
          }
          const log = await store.logs.read(path);
          expect(text(log?.stdout)).toBe(all.slice(-KEPT));
          expect(followed).toBe(all);
          expect(log?.truncated ?? false).toBe(all.length > KEPT);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('says so when a chunk was longer than what is kept, or something was dropped before it came', async () => {
    const store = await openHost(newFile());
    await store.logs.append(at, chunk('x'.repeat(KEPT + 1)));
    expect(await store.logs.read('/w')).toMatchObject({ truncated: true, end: { stdout: KEPT } });
    await store.logs.append({ ...at, path: '/v' }, chunk('x', '', true));
    expect((await store.logs.read('/v'))?.truncated).toBe(true);
  });

  it('begins with a whole character, whether one chunk was too long or many were', async () => {
    const store = await openHost(newFile());
    const long = `${'😀'.repeat(KEPT / 4)}x`;
    await store.logs.append(at, chunk(long, long));
    await store.logs.append({ ...at, path: '/v' }, chunk('😀'));
    await store.logs.append({ ...at, path: '/v' }, chunk(`${'😀'.repeat(KEPT / 4 - 1)}x`));
    const [once, often] = [await store.logs.read('/w'), await store.logs.read('/v')];
    const kept = `${'😀'.repeat(KEPT / 4 - 1)}x`;
    expect([text(once?.stdout), text(once?.stderr), text(often?.stdout)]).toEqual([kept, kept, kept]);
  });

  it('is found at and below a path, and not beside it', async () => {
    const store = await openHost(newFile());
    for (const path of ['/w', '/w/workers/2', '/w/workers/10', '/w0', '/v'])
      await store.logs.append({ path, incarnation: 1 }, chunk('x'));
    expect(await store.logs.list('/w')).toEqual(['/w', '/w/workers/10', '/w/workers/2']);
    expect(await store.logs.list('/')).toHaveLength(5);
    expect(await store.logs.list('/x')).toEqual([]);
  });

  it('makes way, when it was quiet longest, for one more than a thousand', async () => {
    const store = await openHost(newFile());
    const paths = Array.from({ length: 1000 }, (_, n) => `/s${n}`);
    await Promise.all(paths.map((path) => store.logs.append({ path, incarnation: 1 }, chunk('x'))));
    for (const path of paths.slice(1)) void store.logs.append({ path, incarnation: 1 }, chunk('y'));
    await store.logs.append({ path: '/one-more', incarnation: 1 }, chunk('x'));
    expect(await store.logs.list('/')).toHaveLength(1000);
    expect(await store.logs.read('/s0')).toBeNull();
    expect(text((await store.logs.read('/s1'))?.stdout)).toBe('xy');
  });

  it('is written for a living host alone', async () => {
    const file = newFile();
    const store = await openHost(file);
    await store.hosts.end('host-a');
    expect(await codeOf(store.logs.append(at, chunk('x')))).toBe('ESP_FENCED');
    const reader = await open(file, { mode: 'read' });
    expect(await reader.logs.list('/')).toEqual([]);
  });
});
