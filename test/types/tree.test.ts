import {
  type ActorHandle,
  createSystem,
  defineTree,
  dynamicSupervisor,
  type ExecPool,
  machine,
  type Place,
  type Pool,
  pool,
  type System,
  service,
  supervisor,
} from 'espalier';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';

const orders = setup({ types: { events: {} as { type: 'pay' } } }).createMachine({});
const contract = { embed: { input: z.object({ text: z.string() }), output: z.array(z.number()) } };
interface Methods {
  add(args: { a: number; b: number }): number;
}

const tree = defineTree({
  name: 'app',
  children: [
    pool({ id: 'embed', command: ['embed'], size: 1, contract }),
    pool<Methods, 'sums'>({ id: 'sums', command: ['sums'], size: 1 }),
    pool({ id: 'sh', mode: 'exec', command: ['sh'], size: 1 }),
    supervisor({
      id: 'group',
      children: [machine({ id: 'orders', logic: orders }), dynamicSupervisor({ id: 'agents' })],
    }),
    service({ id: 'redis', command: ['redis-server'] }),
  ],
});

// What stands here is checked by the compiler, in `npm run check`; nothing of it runs.
const typed = (_check: (system: Awaited<ReturnType<typeof start>>) => unknown) => undefined;
const start = () => createSystem(tree);

describe('a system of a defined tree', () => {
  it('knows what lives at its paths', () =>
    typed((system) => {
      expectTypeOf(system.pool('embed')).toEqualTypeOf<Pool<typeof contract>>();
      expectTypeOf(system.pool('/sums')).toEqualTypeOf<Pool<Methods>>();
      expectTypeOf(system.execPool('sh')).toEqualTypeOf<ExecPool>();
      expectTypeOf(system.actor('/group/orders')).toEqualTypeOf<ActorHandle<typeof orders>>();
      expectTypeOf(system.actor('redis')).toEqualTypeOf<ActorHandle>();
      system.supervisor('/group/agents');
      system.supervisor();
    }));

  it('refuses other paths, and those of another kind', () =>
    typed((system) => {
      // @ts-expect-error no such pool
      system.pool('embde');
      // @ts-expect-error it runs programs
      system.pool('sh');
      // @ts-expect-error it serves calls
      system.execPool('/embed');
      // @ts-expect-error it lives in the group
      system.actor('/orders');
      // @ts-expect-error no supervisor
      system.supervisor('/group/orders');
      // @ts-expect-error no such event
      system.actor('group/orders').send({ type: 'refund' });
    }));

  it('takes every path where children come and go', () =>
    typed((system) => {
      expectTypeOf(system.pool<Methods>('/group/agents/7')).toEqualTypeOf<Pool<Methods>>();
      expectTypeOf(system.pool('/group/agents/7')).toEqualTypeOf<Pool>();
      expectTypeOf(system.actor<typeof orders>('group/agents/8')).toEqualTypeOf<ActorHandle<typeof orders>>();
      system.execPool('/group/agents/9');
      system.actor('/embed/workers/1');
      // @ts-expect-error nothing is started later in the group
      system.pool('/group/7');
    }));

  it('may be made as one of which nothing is known', () =>
    typed(async () => {
      const plain = await createSystem<Place>(tree);
      expectTypeOf(plain).toEqualTypeOf<System>();
      plain.pool('started-later');
    }));

  it('has the options that were written down', () => {
    expect(tree).toMatchObject({ name: 'app', children: [{ id: 'embed' }, { id: 'sums' }, { id: 'sh' }, {}, {}] });
  });
});
