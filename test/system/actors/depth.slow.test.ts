import { dynamicSupervisor, type System, service, supervisor } from 'espalier';
import { processesOf, untilDown, untilReady } from 'espalier/testing';
import { describe, expect, it, vi } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { remains, shells, start } from '../support/support.js';

// It starts many processes, and that takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const sleeper = (id = 'svc') => service({ id, command: ['sleep', '300'], graceMs: 500 });
const pair = () => [shells(), sleeper()];

/** How a pool and a service come to be at a depth; answers the path of their supervisor. */
const places: Readonly<Record<string, () => Promise<readonly [System, string]>>> = {
  'below a supervisor': async () => [await start({ children: [supervisor({ id: 'a', children: pair() })] }), '/a'],
  'below four supervisors': async () => {
    const nest = ['d', 'c', 'b', 'a'].reduce((children, id) => [supervisor({ id, children })], pair());
    return [await start({ children: nest }), '/a/b/c/d'];
  },
  'started below a dynamic supervisor': async () => {
    const children = [supervisor({ id: 'a', children: [dynamicSupervisor({ id: 'd' })] })];
    const system = await start({ children });
    for (const child of pair()) {
      expect(await system.supervisor('/a/d').startChild(child)).toMatchObject({ ok: true });
    }
    return [system, '/a/d'];
  },
  'with a supervisor that was started below a dynamic one': async () => {
    const system = await start({ children: [dynamicSupervisor({ id: 'd' })] });
    const group = supervisor({ id: 'g', children: pair() });
    expect(await system.supervisor('/d').startChild(group)).toMatchObject({ ok: true, path: '/d/g' });
    return [system, '/d/g'];
  },
};

/** The pid of the only process at or below a path, once the journal tells of it. */
async function pidOf(system: System, path: string): Promise<number> {
  const only = async () => {
    const [one, ...others] = await processesOf(system, path);
    expect(others).toEqual([]);
    return one?.pid;
  };
  return vi.waitUntil(only, 30_000);
}

/** Something that runs in the pool until it is ended. */
function busy(system: System, path: string) {
  const result = system
    .execPool(path)
    .exec('exec sleep 300')
    .catch((error: unknown) => error);
  return { result };
}

async function runs(system: System, path: string, text: string): Promise<void> {
  expect(await system.execPool(path).exec(`echo ${text}`)).toMatchObject({ stdout: `${text}\n`, exitCode: 0 });
}

describe.each(Object.keys(places))('a pool and a service %s', (place) => {
  const prepared = async () => {
    const [system, above] = (await places[place]?.()) ?? [];
    if (!system || above === undefined) throw new Error(`no place ${place}`);
    const [shell, svc] = [`${above}/shell`, `${above}/svc`];
    await system.execPool(shell).ready();
    return { system, above, shell, svc };
  };

  it('serve, and are restarted by themselves, each without the other', async () => {
    const { system, shell, svc } = await prepared();
    await runs(system, shell, 'first');
    const before = await pidOf(system, svc);
    expect(lives(before)).toBe(true);
    void system.actor(shell).kill();
    await untilReady(system, shell, { after: 1 });
    await runs(system, shell, 'second');
    expect(await pidOf(system, svc)).toBe(before);
    void system.actor(svc).kill();
    await untilReady(system, svc, { after: 1 });
    expect(lives(before)).toBe(false);
    expect(lives(await pidOf(system, svc))).toBe(true);
    // The path of a worker goes on counting under a new starter, or those who watch would take it for a dead one.
    expect(system.tree().find(({ path }) => path === `${svc}/worker`)).toMatchObject({ incarnation: 2 });
  });

  it('are stopped one by one when their supervisor is told to, their processes gone by its answer', async () => {
    const { system, above, shell, svc } = await prepared();
    const { result } = busy(system, shell);
    const pids = [await pidOf(system, shell), await pidOf(system, svc)];
    for (const id of ['shell', 'svc']) {
      expect(await system.supervisor(above).terminateChild(id)).toEqual({ ok: true });
      expect(system.whereis(`${above}/${id}`)).toBeUndefined();
    }
    expect(pids.filter(lives)).toEqual([]);
    expect(await result).toMatchObject({ code: 'ESP_STOPPED' });
    expect(() => system.execPool(shell)).toThrow(expect.objectContaining({ code: 'ESP_NOT_FOUND' }));
  });

  it('go and come with a supervisor above them, and nothing of theirs overlaps', async () => {
    const { system, above, shell, svc } = await prepared();
    const { result } = busy(system, shell);
    const pids = [await pidOf(system, shell), await pidOf(system, svc)];
    const down = untilDown(system, above);
    void system.actor(above).kill();
    expect((await down).exit).toEqual({ kind: 'killed' });
    expect(await result).toMatchObject({ code: expect.stringMatching(/^ESP_(STOPPED|WORKER_EXITED)$/) });
    await untilReady(system, above, { after: 1 });
    if (system.whereis(shell) === undefined) return;
    await untilReady(system, svc, { after: 1 });
    expect(pids.filter(lives)).toEqual([]);
    await runs(system, shell, 'again');
  });

  it('leave nothing when the system stops', async () => {
    const { system, shell } = await prepared();
    const { result } = busy(system, shell);
    await vi.waitUntil(async () => (await processesOf(system, '/')).length === 2, 30_000);
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
    expect(await result).toMatchObject({ code: 'ESP_STOPPED' });
  });
});

it('a dynamic supervisor that was killed begins without the pools that were started below it', async () => {
  const system = await start({ children: [dynamicSupervisor({ id: 'd' })] });
  await system.supervisor('/d').startChild(shells());
  await system.supervisor('/d').startChild(sleeper());
  const pid = await pidOf(system, '/d/svc');
  void system.actor('/d').kill();
  await untilReady(system, '/d', { after: 1 });
  expect(await system.supervisor('/d').whichChildren()).toEqual([]);
  expect(await system.supervisor('/d').startChild(sleeper())).toMatchObject({ ok: true });
  expect(lives(pid)).toBe(false);
});
