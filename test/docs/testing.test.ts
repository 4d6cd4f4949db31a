import { expect, it } from 'vitest';
import { Project, page } from './project.js';

const project = new Project('xstate');

it('the program in docs/testing.md runs, and fails as it is said there', () => {
  const text = page('docs/testing.md');
  const program = /```js\n(.*?)```/s.exec(text)?.[1] ?? '';
  const failure = /```\n(path .*?)```/s.exec(text)?.[1] ?? '';
  project.write('first.mjs', program);
  const { stdout, stderr } = project.node('first.mjs');
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe(`5 paths, 5 transitions\n${failure.trim()}`);
});
