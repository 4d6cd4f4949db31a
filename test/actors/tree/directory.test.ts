import { expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { Cell } from '../../../src/actors/cell/cell.js';
import { Directory, type Down } from '../../../src/actors/tree/directory.js';
import { SimulatedClock } from '../../../src/testing/index.js';

const logic = createMachine({});

async function living(directory: Directory, path: string, incarnation = 1): Promise<Cell> {
  const cell = new Cell({ path, incarnation, logic, clock: new SimulatedClock(), role: 'machine' });
  directory.register(cell);
  await cell.start();
  return cell;
}

it('knows the living cell of a path', async () => {
  const directory = new Directory();
  const cell = await living(directory, '/a');
  expect(directory.whereis('/a')).toBe(cell);
  expect(directory.whereis('/b')).toBeUndefined();
  await cell.kill();
  expect(directory.whereis('/a')).toBeUndefined();
  expect([...directory.cells()]).toEqual([]);
});

it('refuses a second cell at the same path while the first one lives', async () => {
  const directory = new Directory();
  const cell = await living(directory, '/a');
  await expect(living(directory, '/a')).rejects.toMatchObject({ code: 'ESP_CONFLICT', context: { path: '/a' } });
  await cell.kill();
  await living(directory, '/a', 2);
});

it('tells a monitor once that an actor is down, with its exit', async () => {
  const directory = new Directory();
  const cell = await living(directory, '/a');
  const downs: Down[] = [];
  const monitor = (down: Down) => void downs.push(down);
  directory.monitor('/a', monitor);
  directory.monitor('/a', monitor);
  directory.monitor('/a', monitor)[Symbol.dispose]();
  const exit = await cell.kill();
  directory.release(cell, exit);
  directory.release(cell, exit);
  expect(downs).toEqual([
    { path: '/a', incarnation: 1, exit: { kind: 'killed' } },
    { path: '/a', incarnation: 1, exit: { kind: 'killed' } },
  ]);
});

it('does not tell it of later incarnations', async () => {
  const directory = new Directory();
  const downs: Down[] = [];
  const first = await living(directory, '/a');
  directory.monitor('/a', (down) => void downs.push(down));
  directory.release(first, await first.kill());
  const second = await living(directory, '/a', 2);
  directory.release(second, await second.kill());
  expect(downs).toHaveLength(1);
});

it('tells it also when the next incarnation registers before the end was noticed', async () => {
  const directory = new Directory();
  const cell = await living(directory, '/a');
  const downs: Down[] = [];
  directory.monitor('/a', (down) => void downs.push(down));
  await cell.kill();
  await living(directory, '/a', 2);
  expect(downs).toMatchObject([{ incarnation: 1 }]);
});

it('tells a monitor of nobody that there is no such process', async () => {
  const directory = new Directory();
  const downs: Down[] = [];
  directory.monitor('/a', (down) => void downs.push(down));
  await Promise.resolve();
  expect(downs).toEqual([{ path: '/a', incarnation: null, exit: { kind: 'noproc' } }]);
});

it('goes on when a monitor throws', async () => {
  const faults: unknown[] = [];
  const directory = new Directory({ onFault: (error) => void faults.push(error) });
  const cell = await living(directory, '/a');
  const downs: Down[] = [];
  directory.monitor('/a', () => {
    throw new Error('boom');
  });
  directory.monitor('/a', (down) => void downs.push(down));
  directory.release(cell, await cell.kill());
  expect(downs).toHaveLength(1);
  expect(faults).toMatchObject([{ message: 'boom' }]);
});

it('counts letters to unknown paths and to incarnations of the past', async () => {
  const dead: string[] = [];
  const directory = new Directory({
    onDeadLetter: (path, { type }, reason) => void dead.push(`${path} ${type} ${reason}`),
  });
  await living(directory, '/a', 2);
  expect(directory.send('/a', { type: 'x' })).toBe(true);
  expect(directory.send('/a', { type: 'x' }, 2)).toBe(true);
  expect(directory.send('/a', { type: 'x' }, 1)).toBe(false);
  expect(directory.send('/b', { type: 'y' })).toBe(false);
  expect(directory.deadLetters).toEqual({ unknown_path: 1, stale_incarnation: 1, ended: 0, mailbox_full: 0 });
  expect(dead).toEqual(['/a x stale_incarnation', '/b y unknown_path']);
  expect(directory.recentDeadLetters).toMatchObject([
    { path: '/a', type: 'x' },
    { path: '/b', reason: 'unknown_path' },
  ]);
  for (let n = 0; n < 200; n += 1) directory.send('/b', { type: String(n) });
  expect(directory.recentDeadLetters.map(({ type }) => type)).toEqual(
    Array.from({ length: 100 }, (_, n) => String(n + 100)),
  );
});

it('remembers the highest incarnation of a path until it is told to forget it, and those below', async () => {
  const directory = new Directory();
  for (const [path, incarnation] of [
    ['/a', 3],
    ['/a/b', 2],
    ['/a/b/c', 2],
    ['/ab', 4],
  ] as const)
    await living(directory, path, incarnation);
  directory.forget('/a');
  const known = ['/a', '/a/b', '/a/b/c', '/ab'].map((path) => directory.lastIncarnation(path));
  expect(known).toEqual([0, 0, 0, 4]);
});

it.each([undefined, 'x', {}, { type: 5 }])(
  'refuses to send what is no event, which its receiver would die of: %j',
  async (event) => {
    const directory = new Directory();
    await living(directory, '/a', 1);
    const send = () => Reflect.apply(directory.send, directory, ['/a', event]);
    expect(send).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message: expect.stringContaining('/a') }));
  },
);

it('tells once whoever waits that nobody will start a path again, nor what lies below', async () => {
  const directory = new Directory();
  const told: string[] = [];
  const wait = (path: string) => directory.whenRetired(path, () => told.push(path));
  for (const path of ['/a', '/a/b', '/a/c', '/ab']) await living(directory, path);
  for (const path of ['/a/b', '/a/c', '/ab']) wait(path);
  wait('/a/b')[Symbol.dispose]();
  directory.retireBelow('/a', new Set(['c']));
  expect(told).toEqual(['/a/b']);
  directory.retire('/a');
  directory.retire('/a');
  expect(told).toEqual(['/a/b', '/a/c']);
});

it('tells it soon of a path of which nothing is known, for it was forgotten', async () => {
  const directory = new Directory();
  await living(directory, '/a');
  directory.forget('/a');
  await new Promise<void>((resolve) => void directory.whenRetired('/a', resolve));
});
