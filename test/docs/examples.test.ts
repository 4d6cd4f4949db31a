import { beforeAll, describe, expect, it } from 'vitest';
import { ExampleProject, examples } from './examples.js';

describe('the examples in doc comments and on pages', () => {
  const all = examples();
  const named = all.map(({ place, runs }, index) => ({ place, runs, index }));
  const running = named.filter(({ runs }) => runs);
  const project = new ExampleProject(all);
  let problems: ReadonlyMap<number, string>;
  let thrown: ReadonlyMap<number, string>;

  beforeAll(() => {
    problems = project.compile();
    thrown = project.run(running.map(({ index }) => index));
  });

  it.each(named)('compile: $place', ({ index }) => expect(problems.get(index) ?? '').toBe(''));

  it.each(running)('say truly what they are: $place', ({ index }) => expect(thrown.get(index) ?? '').toBe(''));
});
