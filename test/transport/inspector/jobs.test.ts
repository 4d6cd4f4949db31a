import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.js';
import { Client } from '../../../src/transport/inspector/client/client.js';
import type { SocketLike } from '../../../src/transport/inspector/client/socket.js';
import { LIMITS } from '../../../src/transport/inspector/limits.js';
import type { ServerMessage } from '../../../src/transport/inspector/protocol/wire.js';
import type { SeenJob } from '../../../src/transport/inspector/seen/jobs.js';
import { Hub } from '../../../src/transport/inspector/service/hub.js';
import { soon } from '../../support/soon.js';
import { get, openDoors, TOKEN } from './doors.js';
import { FakeHost } from './fake-host.js';
import { Wire } from './hub-wire.js';

const jobId = (n: number) => `job-${n}-0123456789abcdef`;

function job(n: number, parts: Partial<SeenJob> = {}): SeenJob {
  return {
    ...{ jobId: jobId(n), queue: 'app:/mail', method: 'send', version: null, key: null, state: 'queued', priority: 0 },
    ...{ parked: null, wanted: null, notBefore: null, deadline: null, parent: null, retryOf: null },
    ...{ submittedAt: n, endedAt: null, attempts: 0, asks: [], error: null, meta: null },
    ...parts,
  };
}

const queue = { queue: 'app:/mail', pausedAt: null, counts: { queued: 3 }, oldestAt: 7, servedBy: [] };

/** A client of a host with two jobs of one queue, on a clock that the test moves. */
function looking() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  host.seenQueues = [queue];
  host.seenJobs = [job(2), job(1)];
  const hub = new Hub({ host, redactor: createRedactor(), control: false, onFault: () => undefined });
  const said: ServerMessage[] = [];
  const client = new Client('http://inspector', (): SocketLike => new Wire(hub, (message) => said.push(message)));
  onTestFinished(async () => {
    client.close();
    const closed = hub.close('stopped');
    await vi.advanceTimersByTimeAsync(1000);
    await closed;
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const wholes = () => said.filter(({ type }) => type === 'snapshot').length;
  const queued = () => host.emit({ type: 'job.queued', data: { jobId: jobId(1), queue: 'app:/mail' } });
  return { host, client, pass, wholes, queued };
}

describe('a view of jobs', () => {
  it('comes as a whole, and again when a job has changed', async () => {
    const { host, client, pass, queued } = looking();
    const queues = client.view({ type: 'queues' });
    const jobs = client.view({ type: 'jobs', limit: 1 });
    await pass(1000);
    expect(queues.get()).toMatchObject({ ready: true, queues: [queue] });
    expect(jobs.get()).toMatchObject({ ready: true, more: true, jobs: [{ job: jobId(2), state: 'queued' }] });
    host.seenQueues = [{ ...queue, counts: { running: 3 } }];
    queued();
    await pass(1000);
    expect(queues.get().queues).toEqual([{ ...queue, counts: { running: 3 } }]);
  });

  it('is read no more often than twice a second, however many jobs change', async () => {
    const { host, client, pass, queued } = looking();
    client.view({ type: 'queues' });
    await pass(1000);
    const before = host.reads;
    for (let at = 0; at < 100; at += 1) {
      queued();
      await pass(20);
    }
    expect(host.reads - before).toBeLessThanOrEqual(2000 / LIMITS.jobsMs + 1);
  });

  it('is read rarely when its read takes long', async () => {
    const { host, client, pass, queued } = looking();
    const slow = vi
      .spyOn(host.jobs, 'queues')
      .mockImplementation(() => new Promise((resolve) => setTimeout(() => resolve([queue]), 300)));
    client.view({ type: 'queues' });
    await pass(1000);
    const before = slow.mock.calls.length;
    for (let at = 0; at < 330; at += 1) {
      queued();
      await pass(100);
    }
    expect(slow.mock.calls.length - before).toBeLessThanOrEqual(33_000 / (LIMITS.readShare * 300) + 1);
  });

  it('is not said again when nothing of it has changed, and is looked at now and then without an event', async () => {
    const { host, client, pass, wholes, queued } = looking();
    client.view({ type: 'queues' });
    await pass(1000);
    queued();
    await pass(1000);
    expect([host.reads, wholes()]).toEqual([2, 1]);
    // A host that dies says nothing.
    host.seenQueues = [{ ...queue, counts: {} }];
    await pass(LIMITS.aliveMs + LIMITS.jobsStaleMs);
    expect(wholes()).toBe(2);
  });

  it('is not read for what happens to slots of runs', async () => {
    const { host, client, pass } = looking();
    client.view({ type: 'queues' });
    await pass(1000);
    const data = { jobId: 'r:1', attempt: 1 };
    host.emit({ type: 'attempt.started', data, ctx: { run: 'r' } });
    await pass(1000);
    expect(host.reads).toBe(1);
  });
});

describe('a program asks', () => {
  const asks = async (path: string, host = new FakeHost()) => {
    host.seenQueues = [queue];
    host.seenJobs = [3, 2, 1].map((n) => job(n, { key: n === 3 ? 'password=hunter22x' : null }));
    const { port } = await openDoors({ host });
    const { status, body } = await get(port, path, { headers: { authorization: `Bearer ${TOKEN}` } });
    return { status, body: JSON.parse(body) };
  };

  it('for queues and schedules', async () => {
    expect(await asks('/api/queues')).toEqual({ status: 200, body: { queues: [queue] } });
    expect(await asks('/api/schedules')).toEqual({ status: 200, body: { schedules: [] } });
  });

  it('for jobs, page by page, whose secrets are masked', async () => {
    const first = await asks('/api/jobs?limit=2&state=queued&queue=app:/mail');
    expect(first.body).toMatchObject({ type: 'jobs', more: true, jobs: [{ job: jobId(3) }, { job: jobId(2) }] });
    expect(first.body.jobs[0].key).not.toContain('hunter22x');
    const rest = await asks(`/api/jobs?limit=2&before=${jobId(2)}`);
    expect(rest.body).toMatchObject({ more: false, jobs: [{ job: jobId(1) }] });
  });

  it('for what is not there, or does not fit', async () => {
    expect((await asks('/api/job?job=job-9')).status).toBe(404);
    expect((await asks('/api/family?job=job-9')).status).toBe(404);
    expect((await asks('/api/jobs?limit=2&state=eaten')).status).toBe(400);
    expect((await asks('/api/jobs?limit=2&meta=customer')).status).toBe(400);
    expect((await asks('/api/jobs')).status).toBe(400);
  });

  it('for a stream of jobs', async () => {
    const host = new FakeHost();
    host.seenJobs = [job(1), job(2, { queue: 'other' })];
    const { port } = await openDoors({ host });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await fetch(`http://127.0.0.1:${port}/events?view=jobs&queue=other`, { headers });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    await vi.waitFor(async () => {
      heard += (await reader?.read())?.value ?? '';
      expect(heard).toContain(jobId(2));
    }, soon);
    await reader?.cancel();
    expect(heard).not.toContain(jobId(1));
  });
});
