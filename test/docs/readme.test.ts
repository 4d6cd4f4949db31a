import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Project, page, root } from './project.js';

const project = new Project('xstate');

describe('the README', () => {
  it('shows a program that does what it says, in under 30 lines', () => {
    const program = /```js\n(.*?)```/s.exec(page('README.md'))?.[1] ?? '';
    expect(program.split('\n').length).toBeLessThan(31);

    project.write('first.mjs', program);
    expect(project.node('first.mjs')).toEqual({
      stdout: 'fragile ended: crash\nhello 3\nfragile lives, incarnation 2\n',
      stderr: expect.stringMatching(
        /^espalier first: \/fragile crashed: told to crash \(Error\)\n {4}at .*first\.mjs:/,
      ),
      status: 0,
    });
  });

  it('names only commands that there are', () => {
    const main = join(root, 'dist', 'cli', 'main.js');
    const { stdout } = project.node(main, '--help');
    for (const file of ['README.md', 'docs/getting-started.md', 'docs/semantics.md']) {
      const text = page(file);
      for (const [, command] of text.matchAll(/espalier ([a-z]+)\b/g)) {
        if (!['is', 'needs', 'import'].includes(command ?? '')) expect(stdout).toContain(`  ${command} `);
      }
    }
  });
});
