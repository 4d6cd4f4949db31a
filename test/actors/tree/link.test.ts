import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { link } from '../../../src/actors/tree/link.js';
import { spec } from '../../../src/actors/tree/spec.js';
import { Shutdown } from '../../../src/errors.js';
import { TestTree } from './supervisor-tree.js';

const logic = createMachine({
  initial: 'alive',
  states: { alive: { on: { finish: 'finished' } }, finished: { type: 'final' } },
  on: {
    crash: {
      actions: () => {
        throw new Error('boom');
      },
    },
    shutdown: {
      actions: () => {
        throw new Shutdown('enough');
      },
    },
  },
});

async function linked() {
  const tree = new TestTree();
  const a = await tree.start(spec({ id: 'a', start: () => logic }));
  const b = await tree.start(spec({ id: 'b', start: () => logic }));
  return { tree, a, b, unlink: link(tree.directory, '/a', '/b') };
}

describe('of two linked actors the end of one', () => {
  const ends: Readonly<Record<string, unknown>> = {
    crash: { kind: 'crash', error: { message: 'boom' } },
    shutdown: { kind: 'shutdown', reason: 'enough' },
  };
  for (const [how, exit] of Object.entries(ends)) {
    for (const first of ['a', 'b'] as const) {
      it(`by ${how} is the end of the other, in the same way: ${first} first`, async () => {
        const { a, b, tree } = await linked();
        tree.send(`/${first}`, how);
        expect(await a.exited).toMatchObject(exit ?? {});
        expect(await b.exited).toMatchObject(exit ?? {});
      });
    }
  }

  it('by a kill kills the other', async () => {
    const { a, b } = await linked();
    void a.kill();
    expect(await b.exited).toEqual({ kind: 'killed' });
  });

  it('by finishing leaves the other alone, and ends the link', async () => {
    const { a, b, tree } = await linked();
    tree.send('/a', 'finish');
    await a.exited;
    await tree.settle();
    expect(b.exit).toBeUndefined();
  });
});

it('a link that was taken back is none', async () => {
  const { a, b, unlink, tree } = await linked();
  unlink[Symbol.dispose]();
  await a.kill();
  await tree.settle();
  expect(b.exit).toBeUndefined();
});

it('a link is between two incarnations: the next one has none', async () => {
  const { a, b, tree } = await linked();
  await a.kill();
  await b.exited;
  const again = await tree.start(spec({ id: 'b', start: () => logic }));
  const other = await tree.start(spec({ id: 'a', start: () => logic }));
  await other.kill();
  await tree.settle();
  expect(again.exit).toBeUndefined();
});

it('nobody can be linked to nobody', async () => {
  const { tree } = await linked();
  expect(() => link(tree.directory, '/a', '/x')).toThrow(expect.objectContaining({ code: 'ESP_NOT_FOUND' }));
});
