import { expect, it } from 'vitest';
import { ReadModel } from '../../../src/transport/inspector/model/read-model.js';

function model() {
  const made = new ReadModel(null);
  const see = (path: string, role: string, state: string, incarnation = 1, detail?: unknown) =>
    made.see({ path, role, state, incarnation, at: 10, ...(detail === undefined ? {} : { detail }) });
  see('/', 'supervisor', 'running');
  see('/p', 'pool', 'ready');
  see('/p/workers/1', 'starter', 'failed');
  see('/p/workers/2/worker', 'worker', 'running');
  made.apply({
    ...{ seq: 1, runId: 'h', at: 11, type: 'worker.ready', path: '/p/workers/2/worker', incarnation: 1 },
    data: { pid: 4711, bootMs: 5 },
  });
  see('/ended', 'machine', 'exited', 1, { kind: 'normal' });
  see('/crashed', 'machine', 'exited', 1, { kind: 'crash', error: new Error('x') });
  return made;
}

it('actors that went with their host are dead, in the state in which they were seen last', () => {
  const made = model();
  expect([...made.pids()]).toEqual([['/p/workers/2/worker', 4711]]);
  made.lose();
  expect(made.living()).toEqual([]);
  // A pid without its process may be another's by now.
  expect([...made.pids()]).toEqual([]);
  const seen = [...made.summaries()].map(({ path, status, state, health }) => `${path} ${status} ${state} ${health}`);
  expect(seen).toEqual([
    '/ dead running ended',
    '/p dead ready ended',
    '/p/workers/1 dead failed failed',
    '/p/workers/2/worker dead running ended',
    '/ended dead exited ended',
    '/crashed dead exited failed',
  ]);
});

it('each of them is a change, once', () => {
  const made = model();
  const before = made.changes.revision;
  made.lose();
  expect(made.changes.since(before)?.changed).toEqual(['/', '/p', '/p/workers/1', '/p/workers/2/worker']);
  const after = made.changes.revision;
  made.lose();
  expect(made.changes.revision).toBe(after);
});

it('who is first seen in a later life has been started again as often, and no program of an exec pool has', () => {
  const made = new ReadModel(null);
  const see = (path: string, role: string, state: string, incarnation: number) =>
    made.see({ path, role, state, incarnation, at: 10 });
  see('/calls/workers/1', 'starter', 'ready', 1);
  see('/calls/workers/1/worker', 'worker', 'running', 38);
  see('/calls/workers/1/worker', 'worker', 'running', 39);
  see('/web', 'service', 'backingOff', 1);
  see('/web/worker', 'worker', 'exited', 17);
  see('/shell/workers/1', 'starter', 'idle', 1);
  see('/shell/workers/1/worker', 'worker', 'exited', 12);
  const total = (path: string) => made.summary(path)?.restarts.total;
  expect(['/calls/workers/1/worker', '/web/worker', '/shell/workers/1/worker'].map(total)).toEqual([38, 16, 0]);
});

it('the output of a machine that looks like the end of a worker is no reason of its own', () => {
  const made = new ReadModel(null);
  const output = { cause: 7, exit: null, served: true };
  made.see({
    path: '/m',
    role: 'machine',
    state: 'exited',
    incarnation: 1,
    at: 10,
    detail: { kind: 'normal', output },
  });
  expect([...made.summaries()].map(({ path, state }) => [path, state])).toEqual([['/m', 'exited']]);
});
