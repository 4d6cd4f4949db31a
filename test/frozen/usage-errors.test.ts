import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { newFolder, playAll, transcript } from './command-line.js';

const run = (...more: string[]) => ['run', '--exec', 'cat {}', '--input', 'missing.txt', ...more];
const commands: readonly (readonly string[])[] = [
  ['rum'],
  ['--nonsense'],
  ['run'],
  ['run', '--exec', 'cat {}'],
  run(),
  run('--nonsense'),
  run('stray'),
  run('--db', ''),
  run('--jobs', '0'),
  run('--retries', 'x'),
  run('--timeout', '0'),
  run('--on-lost', 'ignore'),
  run('--name', ''),
  run('--inspect', '70000'),
  run('--store-mode', '999'),
  ['run', '--exec', '', '--input', '-'],
  ['run', '--exec', 'cat {} | wc', '--input', '-'],
  ['run', '--exec', 'echo {.}', '--input', '-'],
  ['run', '--exec', "echo 'a", '--input', '-'],
  ['run', '--exec', 'no-such-program-here {}', '--input', '-'],
  ['run', '--worker', 'cat', '--input', '-'],
  ['run', '--exec', 'cat {}', '--method', 'f', '--input', '-'],
  ['run', '--exec', 'cat {}', '--worker', 'cat', '--method', 'f', '--input', '-'],
  ['run', '--worker', 'no-such-program-here', '--method', 'f', '--input', '-'],
  ['continue'],
  ['continue', 'x'],
  ['continue', 'x', '--db', 'missing.db'],
  ['show'],
  ['show', 'x'],
  ['rows', 'x', '--nonsense'],
  ['rows', 'x'],
  ['runs', '--db', 'missing.db'],
  ['logs'],
  ['logs', 'x:1'],
  ['logs', '/a', '--tail', '-1'],
  ['pause'],
  ['pause', 'x'],
  ['stop', 'x'],
  ['tree', 'stray'],
  ['ps', '--db', 'missing.db'],
  ['inspect', 'missing.db'],
  ['inspect', '--port', 'x'],
  ['why'],
  ['why', '/a'],
  ['events', '--after', 'x'],
  ['events', '--type', 'nonsense'],
  ['janitor', 'stray'],
  ['janitor', '--db', 'missing.db'],
  ['doctor', '--nonsense'],
];

it('what cannot be done is refused with the words and the exit code that it was, and nothing is made', async () => {
  const folder = newFolder();
  const played = playAll(folder, commands);
  const text = played.map(transcript).join('\n').replaceAll(folder, '<folder>');
  await expect(text).toMatchFileSnapshot('cli/usage-errors.txt');
  expect(readdirSync(folder)).toEqual([]);
});
