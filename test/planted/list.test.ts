import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faults } from './faults/faults.js';
import { root } from './plot.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe.each(Object.entries(faults))('the planted error "%s"', (_, { file, right, wrong, test: [suite] }) => {
  it('can be planted: what it replaces is there, once, and so is the suite that notices it', () => {
    // Where the code has moved, the error moves along; where it is gone, so is the error.
    const times = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8').split(right).length - 1 : 0;
    expect([times, `${file}: ${right}`]).toEqual([1, `${file}: ${right}`]);
    expect(wrong).not.toBe(right);
    expect(existsSync(join(root, suite)), suite).toBe(true);
  });
});

/** The promises, by number, as users read them. */
const promises = [...read('docs/semantics.md').matchAll(/^(\d)\. \*\*(.+?)\*\*/gm)].map(([, number, name = '']) => ({
  number: Number(number),
  name,
}));

it('there are nine promises', () => {
  expect(promises.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it.each(promises)(
  'of promise $number a quick test fails when it is broken, and docs/testing.md names it',
  (promise) => {
    const broken = Object.values(faults).filter((fault) => fault.promise === promise.number);
    const quick = broken.map(({ test: [file] }) => file).filter((file) => !/\.(slow|alone)\./.test(file));
    expect(quick).not.toEqual([]);
    const [row = ''] = read('docs/testing.md')
      .split('\n')
      .filter((line) => line.startsWith(`| ${promise.number}. ${promise.name}`));
    for (const file of quick) expect(row).toContain(`\`${file.slice('test/'.length, -'.test.ts'.length)}\``);
  },
);

it('there are errors in every part of the wiring', () => {
  const rooms = Object.values(faults).map(({ file }) => file.split('/').slice(1, -1).join('/'));
  const wanted = [
    'actors',
    'persistence/families',
    'persistence/writer',
    'transport/process',
    'transport/inspector',
    'cli',
  ];
  for (const room of wanted) expect(rooms).toContainEqual(expect.stringContaining(room));
  expect(rooms.length).toBeGreaterThanOrEqual(40);
});
