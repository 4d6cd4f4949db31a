import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Store } from '../../src/persistence/store.js';
import { journal, newFile, open, openHost } from './support/world.js';

/** Starts a program of `fixtures`; it goes with the test. */
function program(name: string, ...args: string[]) {
  const path = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, exited: once(child, 'exit'), lines: createInterface({ input: child.stdout }) };
}

describe('several processes with one store', () => {
  it('journal without a gap, a duplicate or a change of order, as seen by a third that tails', async () => {
    const file = newFile();
    await (await openHost(file, 'maker')).close();
    const reader = await open(file, { mode: 'read' });
    const each = 1_500;
    const writers = ['one', 'two'].map((runId) => program('append.mjs', file, runId, String(each)));
    const seen = new Map<string, number[]>();
    const seqs: number[] = [];
    let left = 2 * each;
    for await (const event of reader.journal.tail({ follow: true })) {
      seqs.push(event.seq);
      if (event.type !== 'pool.ready') continue;
      seen.set(event.runId, [...(seen.get(event.runId) ?? []), event.data.size]);
      left -= 1;
      if (left === 0) break;
    }
    expect(await Promise.all(writers.map(({ exited }) => exited))).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1));
    const numbers = Array.from({ length: each }, (_, index) => index);
    expect(seen.get('one')).toEqual(numbers);
    expect(seen.get('two')).toEqual(numbers);
    expect(await reader.journal.head()).toBe(seqs.length);
    // They did write at the same time: neither was done before the other began.
    const owners = (await journal(reader)).filter(({ type }) => type === 'pool.ready').map(({ runId }) => runId);
    expect(owners.indexOf('two')).toBeLessThan(owners.lastIndexOf('one'));
    expect(owners.indexOf('one')).toBeLessThan(owners.lastIndexOf('two'));
  });
});

const acknowledgement = z.union([
  z.object({ claimed: z.number(), attempt: z.number() }),
  z.object({ finished: z.number(), answer: z.literal('recorded'), by: z.string() }),
  z.object({ committed: z.number() }),
]);

/** A small generator of known numbers, so that a failure can be played again. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What the store has acknowledged in all rounds. */
interface Known {
  readonly finished: Map<number, string>;
  readonly committed: Set<number>;
}

/** Works on the run until it is killed, at the `count`th acknowledgement. */
async function workUntilKilled(
  file: string,
  runId: string,
  slots: number,
  count: number,
  known: Known,
): Promise<number> {
  const { child, exited, lines } = program('work-run.mjs', file, runId, String(slots));
  let heard = 0;
  for await (const line of lines) {
    heard += 1;
    if (heard === count) child.kill('SIGKILL');
    // Lines that were on their way when the kill came were acknowledged too.
    const what = acknowledgement.parse(JSON.parse(line));
    if ('finished' in what) {
      expect(known.finished.has(what.finished)).toBe(false);
      known.finished.set(what.finished, what.by);
    }
    if ('committed' in what) {
      expect(known.committed.has(what.committed)).toBe(false);
      known.committed.add(what.committed);
    }
  }
  // Told too late, it was done by itself.
  const ends =
    heard >= count
      ? [
          [null, 'SIGKILL'],
          [0, null],
        ]
      : [[0, null]];
  expect(ends).toContainEqual(await exited);
  return heard;
}

async function expectAllKept(store: Store, known: Known): Promise<void> {
  expect(await store.check()).toBe('ok');
  const plan = await store.runs.plan('run');
  for (const index of known.finished.keys()) expect(plan[index]).toBeGreaterThanOrEqual(2);
  for (const index of known.committed) expect(plan[index]).toBe(3);
  const events = await journal(store);
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: events.length }, (_, index) => index + 1));
  const commits = events.flatMap((event) => (event.type === 'slot.committed' ? [event.data.index] : []));
  expect(new Set(commits).size).toBe(commits.length);
  expect([...plan.keys()].filter((index) => plan[index] === 3)).toEqual(commits.sort((a, b) => a - b));
}

describe('a process that is killed while it writes', () => {
  it('loses nothing that was acknowledged, and nothing is done twice by those that go on', async () => {
    const file = newFile();
    const slots = 600;
    const random = seeded(20_260_101);
    const known: Known = { finished: new Map(), committed: new Set() };
    for (let round = 0; round < 10; round += 1) {
      const runId = `host-${round}`;
      await workUntilKilled(file, runId, slots, 1 + random(150), known);
      const store = await open(file);
      await expectAllKept(store, known);
      if ((await store.hosts.get(runId)) !== null) await store.hosts.fence(runId, 'the test');
      for (const { spawnId, runId: owner } of await store.processes.present()) {
        await store.processes.gone(spawnId, null, owner);
      }
      await store.close();
    }
    await workUntilKilled(file, 'last', slots, Number.POSITIVE_INFINITY, known);
    const store = await open(file, { mode: 'read' });
    await expectAllKept(store, known);
    expect(known.committed.size).toBeGreaterThan(0);
    expect(await store.runs.get('run')).toMatchObject({ total: slots, position: slots, counts: { succeeded: slots } });
    for (let from = 0; from < slots; from += 100) {
      for (const row of await store.runs.rows('run', from, 100)) {
        const by = known.finished.get(row.index);
        if (by !== undefined) expect(row.result).toEqual({ index: row.index, by });
      }
    }
  });
});
