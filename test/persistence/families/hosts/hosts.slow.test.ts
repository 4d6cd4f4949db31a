import { describe, expect, it } from 'vitest';
import { slotJobId } from '../../../../src/machines/ids/job-id.js';
import type { Store } from '../../../../src/persistence/store.js';
import {
  claim,
  codeOf,
  ended,
  IDENTITY,
  journal,
  lostAttempt,
  newFile,
  open,
  openHost,
  POLICY,
  startRun,
} from '../../support/world.js';

const HOST = { name: 'test', identity: IDENTITY, node: 'v20', version: '0' };

describe('a host', () => {
  it('is in the store once it is registered, and its run id is never taken twice', async () => {
    const store = await openHost(newFile());
    expect(await store.hosts.get('host-a')).toMatchObject({
      runId: 'host-a',
      identity: IDENTITY,
      forker: null,
      ended: null,
    });
    expect(await codeOf(store.hosts.register({ runId: 'host-a', ...HOST }))).toBe('ESP_CONFLICT');
    expect(await store.hosts.get('nobody')).toBeNull();
  });

  it('keeps its forker with the directory that it works in', async () => {
    const store = await openHost(newFile());
    await store.hosts.setForker('host-a', { identity: IDENTITY, generation: 2 }, '/run/espalier/x');
    expect(await store.hosts.get('host-a')).toMatchObject({
      forker: { identity: IDENTITY, generation: 2 },
      directory: '/run/espalier/x',
    });
  });

  it('renews its lease until it has ended', async () => {
    const store = await openHost(newFile());
    expect(await store.hosts.heartbeat('host-a')).toBe(true);
    await store.hosts.end('host-a');
    expect(await store.hosts.heartbeat('host-a')).toBe(false);
    expect(await store.hosts.heartbeat('nobody')).toBe(false);
  });

  it('ends once, and leaves its running runs interrupted and its attempts to the next host', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x', 'y']);
    await claim(store, 0);
    await store.hosts.end('host-a');
    await store.hosts.end('host-a');
    expect(await store.runs.get('run')).toMatchObject({ status: 'interrupted' });
    expect([...(await store.runs.plan('run'))]).toEqual([0, 0]);
    expect((await journal(store)).filter(({ type }) => type === 'host.ended')).toHaveLength(1);
    expect(await store.hosts.unended()).toEqual([]);
  });

  it('that ends in order leaves a paused run paused', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    await store.runs.setStatus('run', 'host-a', ['running'], 'paused');
    await store.hosts.end('host-a');
    expect(await store.runs.get('run')).toMatchObject({ status: 'paused' });
  });
});

describe('fencing a host', () => {
  async function fenced(onLost: 'retry' | 'fail'): Promise<Store> {
    const file = newFile();
    const store = await openHost(file);
    await startRun(store, ['x', 'y', 'z'], { onLost });
    await claim(store, 0);
    const other = await openHost(file, 'host-b');
    expect(await other.hosts.fence('host-a', 'host-b')).toBe(true);
    return other;
  }

  it('gives its attempts back to the queue and interrupts its runs', async () => {
    const store = await fenced('retry');
    expect([...(await store.runs.plan('run'))]).toEqual([0, 0, 0]);
    expect(await store.runs.get('run')).toMatchObject({ status: 'interrupted', owner: 'host-a' });
  });

  it('fails its attempts where the run says so, with the reason in the row', async () => {
    const store = await fenced('fail');
    expect([...(await store.runs.plan('run'))]).toEqual([2, 0, 0]);
    await store.runs.acquire('run', 'host-b');
    await store.runs.commit('run', 'host-b', [0], null);
    expect(await store.runs.rows('run', 0, 10)).toMatchObject([
      {
        index: 0,
        status: 'failed',
        attempts: 0,
        error: { code: 'ESP_FENCED', message: expect.stringContaining('died') },
      },
    ]);
  });

  it('fails an attempt whose process may still run, whatever the run says: nothing runs beside it', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(store, ['x', 'y'], { onLost: 'retry' });
    const { spawnId } = await claim(store, 0);
    await claim(store, 1);
    const other = await openHost(file, 'host-b');
    await other.processes.suspect(spawnId, 'shows no cookie', 'host-a');
    expect(await other.hosts.fence('host-a', 'host-b')).toBe(true);
    expect([...(await other.runs.plan('run'))]).toEqual([2, 0]);
    await other.runs.acquire('run', 'host-b');
    await other.runs.commit('run', 'host-b', [0], null);
    expect(await other.runs.rows('run', 0, 10)).toMatchObject([
      {
        status: 'failed',
        attempts: 0,
        error: { code: 'ESP_QUARANTINED', message: expect.stringContaining('not be proven') },
      },
    ]);
  });

  it('happens once, and is journalled once', async () => {
    const store = await fenced('retry');
    expect(await store.hosts.fence('host-a', 'host-b')).toBe(false);
    const events = (await journal(store)).filter(({ type }) =>
      /host.fenced|host.ended|attempt.lost|interrupted/.test(type),
    );
    expect(events.map(({ type, runId }) => `${type} ${runId}`)).toEqual([
      'host.fenced host-b',
      'attempt.lost host-a',
      'run.interrupted host-a',
      'host.ended host-a',
    ]);
  });

  it('leaves its registrations until their processes are proven gone', async () => {
    const store = await fenced('retry');
    expect(await store.processes.present('host-a')).toMatchObject([{ jobId: 'run:0', state: 'intent' }]);
  });

  it('is refused to a host that has been fenced itself', async () => {
    const file = newFile();
    const store = await openHost(file);
    await openHost(file, 'host-b');
    await store.hosts.fence('host-b', 'host-a');
    await openHost(file, 'host-c');
    expect(await codeOf(store.hosts.fence('host-c', 'host-b'))).toBe('ESP_FENCED');
    expect(await store.hosts.get('host-c')).toMatchObject({ ended: null });
  });

  it('is open to a command line that is no host', async () => {
    const store = await openHost(newFile());
    expect(await store.hosts.fence('host-a', 'command line')).toBe(true);
  });
});

describe('a fenced host', () => {
  const intent = {
    spawnId: 's',
    runId: 'host-a',
    path: '/w',
    incarnation: 1,
    command: ['x'],
  };
  const writes: Record<string, (store: Store) => Promise<unknown>> = {
    setForker: (store) => store.hosts.setForker('host-a', { identity: IDENTITY, generation: 1 }, '/x'),
    end: (store) => store.hosts.end('host-a'),
    append: (store) => store.journal.append([{ type: 'pool.ready', data: { size: 1 } }]),
    intend: (store) => store.processes.intend(intent),
    live: (store) => store.processes.live('known', { identity: IDENTITY, generation: 1 }),
    failed: (store) => store.processes.failed('known', { code: 'X', message: 'x' }),
    gone: (store) => store.processes.gone('known', null),
    suspect: (store) => store.processes.suspect('known', 'why'),
    put: (store) =>
      store.snapshots.put({ path: '/a', incarnation: 1, kind: 'observed', role: 'machine', state: 1, detail: null }),
    remove: (store) => store.snapshots.remove('/a'),
    create: (store) =>
      store.runs.create({ run: 'r2', name: null, pool: '/p', policy: POLICY, origin: null, owner: 'host-a' }),
    addSlots: (store) => store.runs.addSlots('new', ['x']),
    start: (store) => store.runs.start('new', 'host-a'),
    acquire: (store) => store.runs.acquire('run', 'host-a'),
    reopenFailed: (store) => store.runs.reopenFailed('run', 'host-a'),
    commit: (store) => store.runs.commit('run', 'host-a', [0], null),
    setStatus: (store) => store.runs.setStatus('run', 'host-a', ['running'], 'paused'),
    claim: (store) => store.attempts.claim('host-a', []),
    release: (store) => store.attempts.release('host-a', []),
    output: (store) =>
      store.outputs.append(
        { jobId: slotJobId('run', 0), epoch: 1, attempt: 1 },
        { stdout: Buffer.from('x'), stderr: Buffer.of(), dropped: false },
      ),
  };

  it('can write nothing', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(store, ['x']);
    await store.runs.create({ run: 'new', name: null, pool: '/p', policy: POLICY, origin: null, owner: 'host-a' });
    await store.processes.intend({ ...intent, spawnId: 'known', path: '/known' });
    const other = await open(file);
    await other.hosts.fence('host-a', 'someone');
    const before = await journal(store);
    for (const [name, write] of Object.entries(writes)) {
      expect(`${name}: ${await codeOf(write(store))}`).toBe(`${name}: ESP_FENCED`);
    }
    expect(await journal(store)).toEqual(before);
  });

  it('has its late result told, and it changes nothing', async () => {
    const { store, other, lost } = await lostAttempt();
    await other.processes.gone(lost.spawnId, null, 'host-a');
    await other.runs.acquire('run', 'host-b');
    const again = await claim(other, 0, 'host-b');
    expect(again).toMatchObject({ attempt: 2, endedBefore: 0, lossesBefore: 0 });

    expect(await store.attempts.finish('host-a', ended(lost, { result: 'mine' }))).toBe('late');
    expect([...(await other.runs.plan('run'))]).toEqual([1]);
    expect(await other.attempts.finish('host-b', ended(again, { result: 'theirs' }))).toBe('recorded');
    await other.runs.commit('run', 'host-b', [0], null);
    expect(await other.runs.rows('run', 0, 1)).toMatchObject([{ result: 'theirs', attempts: 1 }]);
    expect((await journal(other)).filter(({ type }) => type === 'attempt.late')).toMatchObject([
      { runId: 'host-a', data: { jobId: 'run:0', attempt: 1, outcome: 'succeeded' } },
    ]);
  });
});
