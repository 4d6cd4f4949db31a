import { describe, expect, it } from 'vitest';
import { standingProcesses, standingRuns } from '../../../src/inspection/shown/standing.js';
import type { ProcessIdentity, ProcessState, Registration } from '../../../src/machines/process/process.js';
import type { RunStatus } from '../../../src/machines/work/run/status.js';
import type { HostRecord } from '../../../src/persistence/index.js';
import { readIdentity } from '../../../src/transport/process/proc/identity.js';

const own = readIdentity(process.pid);
if (!own) throw new Error('this process cannot be found in /proc');
/** As this process, begun at another time: such a one has been, and is no more. */
const dead: ProcessIdentity = { ...own, startTicks: own.startTicks + 1 };
const elsewhere: ProcessIdentity = { ...own, bootId: 'another machine' };

const host = (identity: ProcessIdentity, endedAt: number | null = null): HostRecord => ({
  ...{
    runId: 'of the test',
    name: 'n',
    identity,
    forker: null,
    directory: null,
    lock: null,
    startedAt: 0,
    heartbeatAt: 0,
  },
  ...{ endedAt, ended: endedAt === null ? null : 'stopped' },
});

const HOSTS: Readonly<Record<string, HostRecord>> = {
  living: host(own),
  killed: host(dead),
  elsewhere: host(elsewhere),
  stopped: host(own, 1),
};
let lookups = 0;
const hosts = {
  get: async (runId: string) => {
    lookups += 1;
    return HOSTS[runId] ?? null;
  },
};

describe('a run whose store says that it is driven', () => {
  const stands = async (status: RunStatus, owner: string | null) =>
    (await standingRuns([{ status, owner }], hosts))[0]?.status;

  it.each([
    { owner: 'living', is: 'running', whenPaused: 'paused' },
    { owner: 'elsewhere', is: 'running', whenPaused: 'paused' },
    { owner: 'killed', is: 'interrupted', whenPaused: 'interrupted' },
    { owner: 'stopped', is: 'interrupted', whenPaused: 'paused' },
    { owner: 'forgotten', is: 'interrupted', whenPaused: 'paused' },
    { owner: null, is: 'running', whenPaused: 'paused' },
  ])('by $owner is $is, or $whenPaused if it was left paused', async ({ owner, is, whenPaused }) => {
    expect(await stands('running', owner)).toBe(is);
    expect(await stands('paused', owner)).toBe(whenPaused);
  });

  it('and is over stays as it is', async () => {
    for (const status of ['created', 'interrupted', 'stopped', 'completed'] as const) {
      expect(await stands(status, 'killed')).toBe(status);
    }
  });

  it('costs one look at each host, however many runs it left', async () => {
    lookups = 0;
    await standingRuns(
      Array.from({ length: 50 }, () => ({ status: 'running' as const, owner: 'killed' })),
      hosts,
    );
    expect(lookups).toBe(1);
  });
});

describe('a process whose store says that it lives', () => {
  const of = (runId: string, identity: ProcessIdentity | null, state: ProcessState = 'live'): Registration => ({
    ...{ spawnId: 's', runId, path: '/p', incarnation: 1, jobId: null, attempt: null, generation: 1 },
    ...{ state, identity, command: ['x'], exit: null, at: 0 },
  });

  it('lives with its host', async () => {
    expect(await standingProcesses([of('living', own)], hosts)).toMatchObject([{ state: 'live', reason: null }]);
    expect(await standingProcesses([of('elsewhere', own)], hosts)).toMatchObject([{ state: 'live', reason: null }]);
  });

  it('is gone with a host that died, also before it was spawned', async () => {
    const gone = { state: 'gone', reason: 'its host died' };
    expect(await standingProcesses([of('killed', dead)], hosts)).toMatchObject([gone]);
    expect(await standingProcesses([of('killed', null, 'intent')], hosts)).toMatchObject([gone]);
  });

  it('is suspect if it runs without its host', async () => {
    const found = await standingProcesses([of('killed', own), of('killed', dead, 'suspect')], hosts);
    expect(found).toMatchObject([
      { state: 'suspect', reason: 'its host died, and it still runs' },
      { state: 'suspect', reason: null },
    ]);
  });
});
