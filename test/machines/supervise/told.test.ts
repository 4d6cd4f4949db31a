import { describe, expect, it } from 'vitest';
import { EspalierError } from '../../../src/errors.js';
import type { NewJournalEvent } from '../../../src/machines/events.js';
import type { ActorExit } from '../../../src/machines/exits/exit.js';
import { startError } from '../../../src/machines/supervise/failed-start.js';
import type { CallResult } from '../../../src/machines/supervise/state/commands.js';
import { type Act, child } from './scenario.js';
import { type World, world } from './world.js';

// What a supervisor says of what it does: to the journal, to who asks, and with its own end.

const crash = (id: string): Act => ({ type: 'exit', id, how: 'crash' });
const boom = { code: 'Error', message: 'boom' };

const journalled = ({ commands }: World): NewJournalEvent[] =>
  commands.flatMap((command) => (command.type === 'journal' ? [command.event] : []));

const answers = ({ commands }: World): CallResult[] =>
  commands.flatMap((command) => (command.type === 'reply' ? [command.result] : []));

const end = ({ commands }: World): ActorExit | undefined =>
  commands.flatMap((command) => (command.type === 'exit' ? [command.exit] : []))[0];

const restarted = (path: string, incarnation: number, reason: string, restarts = 1): NewJournalEvent => ({
  type: 'actor.restarted',
  path,
  incarnation,
  data: { reason, restarts },
});

describe('a restart is journalled', () => {
  it.each(['normal', 'shutdown', 'killed'] as const)('by how the child has ended: %s', (how) => {
    expect(journalled(world([{ type: 'exit', id: 'a', how }]))).toEqual([restarted('/s/a', 2, how)]);
  });

  it('with whom it was taken along', () => {
    const events = journalled(world([crash('b')], { policy: { strategy: 'rest_for_one' } }));
    expect(events.slice(1)).toEqual([restarted('/s/b', 2, 'crash: Error: boom'), restarted('/s/c', 2, 'with /s/b')]);
  });

  it('when one that has failed is tried again, and each failure as a crash', () => {
    expect(journalled(world([crash('a')], { outcomes: { a: ['ok', 'fail'] } }))).toMatchObject([
      { type: 'actor.crashed', path: '/s/a', incarnation: 1, data: { error: boom } },
      { type: 'actor.crashed', path: '/s/a', incarnation: 2, data: { error: { code: 'Error', message: 'no' } } },
      restarted('/s/a', 3, 'its restart failed: Error: no', 2),
    ]);
  });

  it('as one after a backoff', () => {
    const backoff = { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 };
    const scene = world([crash('a')], {}, [child('a', { backoff })]);
    scene.fireTimers();
    expect(journalled(scene).slice(1)).toEqual([restarted('/s/a', 2, 'after its backoff')]);
  });

  it('below the root by a path without a second slash', () => {
    const scene = world([crash('a'), { type: 'whichChildren' }], { policy: { path: '/' } }, [child('a')]);
    expect(journalled(scene).map(({ path }) => path)).toEqual(['/a', '/a']);
    expect(answers(scene)).toEqual([
      { ok: true, children: [{ id: 'a', path: '/a', incarnation: 2, status: 'running', type: 'worker' }] },
    ]);
  });
});

describe('an end says why:', () => {
  it('the significant child that has ended', () => {
    const children = [child('a', { restart: 'temporary', significant: true })];
    const scene = world([crash('a')], { policy: { autoShutdown: 'any_significant' } }, children);
    expect(end(scene)).toEqual({ kind: 'shutdown', reason: { type: 'auto_shutdown', child: '/s/a' } });
  });

  it('the child whose first start has failed, and its error', () => {
    const scene = world([], { outcomes: { a: ['fail'] } });
    const context = { path: '/s/a' };
    expect(end(scene)).toMatchObject({
      kind: 'crash',
      error: { code: 'ESP_START', message: '/s/a did not start: no', context, cause: { message: 'no' } },
    });
  });

  it('the child that had never started in truth, by its own error, with what it said last', () => {
    const scene = world([]);
    const cause = new EspalierError('ESP_WORKER_BOOT', 'no boots', {
      context: { path: '/s/b/workers/1', stderr: 'oh' },
    });
    const exit = { kind: 'crash' as const, error: startError('/s/b', cause) };
    scene.send({ type: 'child.exited', id: 'b', incarnation: 1, exit });
    expect(scene.trace.slice(-3)).toEqual(['stop c', 'stop a', 'end crash']);
    expect(end(scene)).toMatchObject({
      error: {
        code: 'ESP_START',
        message: '/s/b did not start: no boots',
        context: { path: '/s', stderr: 'oh' },
        cause: exit.error,
      },
    });
  });

  it('nothing of a child that passes on what another failed with: that is a crash, and it is restarted', () => {
    const scene = world([]);
    const exit = { kind: 'crash' as const, error: startError('/s/other', new Error('no')) };
    scene.send({ type: 'child.exited', id: 'b', incarnation: 1, exit });
    expect(scene.trace.at(-1)).toBe('start b');
  });

  it('nothing of a temporary child that had never started: it ends alone', () => {
    const scene = world([{ type: 'exit', id: 'b', how: 'unstarted' }], {}, [
      child('a'),
      child('b', { restart: 'temporary' }),
    ]);
    expect(scene.trace.at(-1)).toBe('exit b unstarted');
    expect(scene.state.phase).toBe('running');
  });

  it('what failed above its children', () => {
    const scene = world([]);
    const error = new Error('no workers');
    scene.send({ type: 'supervisor.fail', error });
    expect(scene.trace.slice(-4)).toEqual(['stop c', 'stop b', 'stop a', 'end crash']);
    expect(end(scene)).toEqual({ kind: 'crash', error });
  });

  it('the restart that failed once too often', () => {
    const scene = world([crash('a')], { outcomes: { a: ['ok', 'fail'] }, policy: { intensity: 1 } });
    const reason = { type: 'max_restart_intensity', child: '/s/a', reason: 'its restart failed: Error: no' };
    expect(end(scene)).toEqual({ kind: 'shutdown', reason });
  });
});

describe('who asks is told', () => {
  it('where the child is that was started, and whether it wanted to run', () => {
    const acts: Act[] = ['d', 'e'].map((id) => ({ type: 'startChild', child: child(id) }));
    expect(answers(world(acts, { outcomes: { e: ['ignore'] } }))).toEqual([
      { ok: true, path: '/s/d', ignored: false },
      { ok: true, path: '/s/e', ignored: true },
    ]);
  });

  it('why it did not start', () => {
    const acts: Act[] = [{ type: 'startChild', child: child('d') }];
    const [answer] = answers(world(acts, { outcomes: { d: ['fail'] } }));
    expect(answer).toEqual({ ok: false, error: 'start_failed', cause: new Error('no') });
  });

  it('what a child is started by', () => {
    expect(answers(world([{ type: 'getChildSpec', id: 'b' }]))).toEqual([{ ok: true, child: child('b') }]);
  });

  it('how many there are of each kind, running or not', () => {
    const children = [child('a'), child('b', { type: 'supervisor' }), child('c', { type: 'supervisor' })];
    const acts: Act[] = [{ type: 'terminateChild', id: 'c' }, { type: 'countChildren' }];
    const counts = { specs: 3, active: 2, supervisors: 2, workers: 1 };
    expect(answers(world(acts, {}, children))[1]).toEqual({ ok: true, counts });
  });
});

const anyEvent = [
  { type: 'child.exited', exit: { kind: 'killed' } },
  { type: 'child.failed', error: 'late' },
  { type: 'child.started' },
  { type: 'child.ignored' },
  { type: 'child.due' },
  { type: 'child.retry', error: 'late' },
] as const;

describe('an event of the past', () => {
  it.each(anyEvent)('changes nothing and is told to nobody: $type', (event) => {
    const scene = world([crash('a')]);
    const { state } = scene;
    const said = scene.commands.length;
    scene.send({ ...event, id: 'a', incarnation: 1 });
    scene.send({ ...event, id: 'unknown', incarnation: 1 });
    expect([scene.state === state, scene.commands.length]).toEqual([true, said]);
  });

  it.each(anyEvent.slice(1))('says nothing of a child that runs: $type', (event) => {
    const scene = world([]);
    const { state } = scene;
    const said = scene.commands.length;
    scene.send({ ...event, id: 'a', incarnation: 1 });
    expect([scene.state, scene.commands.length]).toEqual([state, said]);
  });
});
