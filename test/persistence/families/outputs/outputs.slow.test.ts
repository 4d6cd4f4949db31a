import { describe, expect, it } from 'vitest';
import { chunk, claim, ended, newFile, openHost, startRun } from '../../support/world.js';

const MIB = 1024 * 1024;

async function running() {
  const store = await openHost(newFile());
  await startRun(store, ['x', 'y', 'z']);
  const claimed = await claim(store, 0);
  return { store, claimed, at: claimed };
}

describe('the output of an attempt', () => {
  it('is what was appended, whichever chunks it came in', async () => {
    const { store, claimed, at } = await running();
    const euro = Buffer.from('€');
    await store.outputs.append(at, { stdout: euro.subarray(0, 1), stderr: Buffer.from('e1 '), dropped: false });
    await store.outputs.append(at, { stdout: euro.subarray(1), stderr: Buffer.alloc(0), dropped: false });
    await store.attempts.finish('host-a', ended(claimed, { output: chunk(' end', 'e2') }));
    expect(await store.outputs.read('run', 0)).toEqual({
      attempt: 1,
      stdout: '€ end',
      stderr: 'e1 e2',
      truncated: false,
      heldOpen: false,
    });
  });

  it('keeps every byte of what is not UTF-8, in base64, and a byte order mark', async () => {
    const { store, at } = await running();
    await store.outputs.append(at, {
      stdout: Buffer.of(0xef, 0xbb, 0xbf, 0x41, 0xff, 0x42),
      stderr: Buffer.of(),
      dropped: false,
    });
    const kept = await store.outputs.read('run', 0);
    expect(kept).toMatchObject({ encoding: { stdout: 'base64' }, stderr: '' });
    expect([...Buffer.from(kept?.stdout ?? '', 'base64')]).toEqual([0xef, 0xbb, 0xbf, 0x41, 0xff, 0x42]);
  });

  it('is the last 1 MiB of each stream, marked when something was dropped, and begins with a whole character', async () => {
    const { store, at } = await running();
    const line = '€'.repeat(1_000);
    for (let sent = 0; sent <= 2 * MIB; sent += 3_000 * 20)
      await store.outputs.append(at, chunk(line.repeat(20), 'small'));
    await store.outputs.append(at, chunk('x'));
    const found = await store.outputs.read('run', 0);
    expect(found?.truncated).toBe(true);
    expect(found?.stdout).toMatch(/^€+x$/);
    const kept = Buffer.byteLength(found?.stdout ?? '');
    expect(kept).toBeGreaterThan(MIB - 4);
    expect(kept).toBeLessThanOrEqual(MIB);
    expect(found?.stderr).toBe('small'.repeat(35));
  });

  it.each(['é', '€', '😀'])('begins with a whole character, wherever the limit cuts one: %s', async (character) => {
    const size = Buffer.byteLength(character);
    const { store, at: first } = await running();
    for (let over = 1; over < size; over += 1) {
      const slot = over - 1;
      const at = slot === 0 ? first : await claim(store, slot);
      await store.outputs.append(at, chunk(character.repeat(Math.ceil(MIB / size) + 1)));
      // What is kept begins `over` bytes into a character.
      const written = size * (Math.ceil(MIB / size) + 1);
      const fill = (((over - (written - MIB)) % size) + size) % size;
      await store.outputs.append(at, chunk('x'.repeat(fill)));
      const { stdout = '', truncated } = (await store.outputs.read('run', slot)) ?? {};
      expect([truncated, stdout.includes('\uFFFD'), stdout.startsWith(character)]).toEqual([true, false, true]);
      expect(Buffer.byteLength(stdout)).toBe(MIB - (size - over));
    }
  });

  it('is no less text for half a character in front of what was dropped', async () => {
    const { store, at } = await running();
    const none = Buffer.alloc(0);
    await store.outputs.append(at, { stdout: Buffer.from('😀').subarray(0, 2), stderr: none, dropped: false });
    const rest = Buffer.from('é'.repeat(MIB / 2)).subarray(0, MIB - 2);
    await store.outputs.append(at, { stdout: rest, stderr: none, dropped: true });
    const kept = await store.outputs.read('run', 0);
    expect(kept).not.toHaveProperty('encoding');
    expect(kept?.stdout).toMatch(/^é+$/);
  });

  it('of two programs that differ in bytes alone gives two digests', async () => {
    const digest = async (stdout: Buffer) => {
      const { store, claimed } = await running();
      await store.attempts.finish('host-a', ended(claimed, { output: chunk(stdout, '') }));
      await store.runs.commit('run', 'host-a', [0], null);
      const [row] = await store.runs.rows('run', 0, 1);
      return { digest: await store.runs.runDigest('run'), encoding: row?.output?.encoding };
    };
    const [ff, fe, text] = [
      await digest(Buffer.of(0xff)),
      await digest(Buffer.of(0xfe)),
      await digest(Buffer.from('/w==')),
    ];
    expect([ff.encoding, text.encoding]).toEqual([{ stdout: 'base64' }, undefined]);
    expect(new Set([ff.digest, fe.digest, text.digest]).size).toBe(3);
  });

  it('of exactly 1 MiB is whole, and of one byte more is not', async () => {
    const { store, at } = await running();
    await store.outputs.append(at, chunk(Buffer.alloc(MIB, 'a')));
    expect(await store.outputs.read('run', 0)).toMatchObject({ truncated: false, stdout: 'a'.repeat(MIB) });
    await store.outputs.append(at, chunk('b'));
    expect(await store.outputs.read('run', 0)).toMatchObject({ truncated: true, stdout: `${'a'.repeat(MIB - 1)}b` });
  });

  it('that comes in one piece larger than is kept is cut before it travels', async () => {
    const { store, at } = await running();
    await store.outputs.append(at, chunk(Buffer.concat([Buffer.alloc(3 * MIB, 'a'), Buffer.from('end')])));
    const found = await store.outputs.read('run', 0);
    expect(found).toMatchObject({ truncated: true });
    expect(found?.stdout).toHaveLength(MIB);
    expect(found?.stdout.endsWith('aend')).toBe(true);
  });

  it('is marked when bytes were dropped before they came here', async () => {
    const { store, at } = await running();
    await store.outputs.append(at, chunk('a', '', true));
    await store.outputs.append(at, chunk('b'));
    expect(await store.outputs.read('run', 0)).toMatchObject({ stdout: 'ab', truncated: true });
  });

  it('takes no more after its end, nor for another attempt', async () => {
    const { store, claimed, at } = await running();
    await store.outputs.append({ ...at, epoch: 2 }, chunk('no'));
    await store.attempts.finish('host-a', ended(claimed, { output: chunk('end') }));
    await store.outputs.append(at, chunk('no'));
    expect(await store.outputs.read('run', 0)).toMatchObject({ stdout: 'end' });
  });

  it('is kept for each attempt apart, and the newest is read unless one is named', async () => {
    const { store, claimed } = await running();
    await store.attempts.finish('host-a', ended(claimed, { outcome: 'failed', requeue: true, output: chunk('one') }));
    await store.attempts.finish('host-a', ended(await claim(store, 0), { output: chunk('two') }));
    expect(await store.outputs.read('run', 0)).toMatchObject({ attempt: 2, stdout: 'two' });
    expect(await store.outputs.read('run', 0, 1)).toMatchObject({ attempt: 1, stdout: 'one' });
    expect(await store.outputs.read('run', 0, 3)).toBeNull();
    expect(await store.outputs.read('run', 7)).toBeNull();
    expect(await store.outputs.read('nowhere', 0)).toBeNull();
  });
});

describe('output from a place on', () => {
  it('is what was written since, counted from the beginning of each stream', async () => {
    const { store, claimed } = await running();
    await store.outputs.append(claimed, chunk('abc', 'x'));
    const first = await store.outputs.since(claimed.jobId, null);
    expect(first).toMatchObject({ attempt: 1, stdout: { start: 0, written: 3, kept: 3 }, stderr: { written: 1 } });
    await store.outputs.append(claimed, chunk('def€'));
    const place = { attempt: 1, stdout: 3, stderr: 1 };
    const next = await store.outputs.since(claimed.jobId, place);
    expect(Buffer.from(next?.stdout.bytes ?? []).toString()).toBe('def€');
    expect(next).toMatchObject({ stdout: { start: 3, written: 9, kept: 9 }, stderr: { start: 1, written: 1 } });
    const other = await store.outputs.since(claimed.jobId, { ...place, attempt: 7 });
    expect(Buffer.from(other?.stdout.bytes ?? []).toString()).toBe('abcdef€');
  });

  it('begins with what is kept where more was written than that', async () => {
    const { store, claimed } = await running();
    await store.outputs.append(claimed, chunk('a'.repeat(MIB)));
    await store.outputs.append(claimed, chunk('b'.repeat(10)));
    const piece = await store.outputs.since(claimed.jobId, { attempt: 1, stdout: 4, stderr: 0 });
    expect(piece).toMatchObject({ stdout: { start: 10, written: MIB + 10, kept: MIB }, truncated: true });
    expect(piece?.stdout.bytes.byteLength).toBe(MIB);
  });

  it('is none of an attempt that is not there', async () => {
    const { store, claimed } = await running();
    expect(await store.outputs.since(claimed.jobId, null, 2)).toBeNull();
  });
});
