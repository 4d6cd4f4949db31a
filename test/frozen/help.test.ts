import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { newFolder, playAll, transcript } from './command-line.js';

/** Commands that stand below others. */
const BELOW = [
  ['queue', 'pause'],
  ['queue', 'resume'],
  ['limits', 'list'],
  ['limits', 'set'],
  ['limits', 'unset'],
];

it('the command line describes itself as it did', async () => {
  const folder = newFolder();
  const [whole] = playAll(folder, [['--help']]);
  const names = [...(whole?.stdout.split('Commands:\n')[1]?.matchAll(/^ {2}([a-z-]+)/gm) ?? [])].flatMap(
    ([, name]) => name ?? [],
  );
  expect(names).toContain('run');
  const all = playAll(folder, [
    [],
    ['--help'],
    ...names.map((name) => [name, '--help']),
    ...BELOW.map((words) => [...words, '--help']),
    ['version'],
    ['--version'],
  ]);
  const text = all.map(transcript).join('\n');
  const cores = `processes at once (default: ${availableParallelism()})`;
  expect(text).toContain(cores);
  await expect(text.replace(cores, 'processes at once (default: <cores>)')).toMatchFileSnapshot('cli/help.txt');
});
