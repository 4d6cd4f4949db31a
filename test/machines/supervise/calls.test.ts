import { describe, expect, it } from 'vitest';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import { type Act, child } from './scenario.js';
import { trace, world } from './world.js';

const crash = (id: string): Act => ({ type: 'exit', id, how: 'crash' });
const finish = (id: string): Act => ({ type: 'exit', id, how: 'normal' });
const stop: Act = { type: 'stop' };
const which: Act = { type: 'whichChildren' };

describe('calls', () => {
  const start = (id: string, options: Partial<ChildPolicy> = {}): Act => ({
    type: 'startChild',
    child: child(id, options),
  });

  it('startChild: already_started while it runs, already_present when it does not', () => {
    const acts: Act[] = [start('a'), { type: 'terminateChild', id: 'a' }, start('a'), start('d')];
    expect(trace(acts)).toEqual([
      'reply already_started',
      'stop a',
      'reply ok',
      'reply already_present',
      'start d',
      'reply ok started',
    ]);
  });

  it('startChild: an ignored start is ok, and the child is then already_present', () => {
    const expected = ['ignore d', 'reply ok ignored', 'reply already_present'];
    expect(trace([start('d'), start('d')], { outcomes: { d: ['ignore'] } })).toEqual(expected);
  });

  it('startChild: a failed start leaves no record', () => {
    const scene = world([start('d'), start('d')], { outcomes: { d: ['fail'] } });
    expect(scene.trace.slice(3)).toEqual(['fail d', 'reply start_failed', 'start d', 'reply ok started']);
    expect(scene.commands).toContainEqual({ type: 'forget', id: 'd', incarnation: 1 });
  });

  it('startChild: no significant child where nothing is significant', () => {
    expect(trace([start('d', { restart: 'transient', significant: true })])).toEqual(['reply bad_combination']);
  });

  it('terminateChild: keeps the record, unless the child is temporary', () => {
    const children = [child('a'), child('b', { restart: 'temporary' })];
    const acts: Act[] = [{ type: 'terminateChild', id: 'a' }, { type: 'terminateChild', id: 'b' }, which];
    expect(trace(acts, {}, children)).toEqual(['stop a', 'reply ok', 'stop b', 'reply ok', 'reply a:stopped']);
  });

  it('restartChild: only a stopped one; its failure leaves it stopped', () => {
    const restart: Act = { type: 'restartChild', id: 'a' };
    const acts: Act[] = [restart, { type: 'terminateChild', id: 'a' }, restart, restart, which];
    expect(trace(acts, { outcomes: { a: ['ok', 'fail', 'ok'] } }, [child('a')])).toEqual([
      'reply running',
      'stop a',
      'reply ok',
      'fail a',
      'reply start_failed',
      'start a',
      'reply ok started',
      'reply a:running',
    ]);
  });

  it('deleteChild: only a stopped one', () => {
    const remove: Act = { type: 'deleteChild', id: 'a' };
    const acts: Act[] = [remove, { type: 'terminateChild', id: 'a' }, remove, remove];
    expect(trace(acts, {}, [child('a')])).toEqual([
      'reply running',
      'stop a',
      'reply ok',
      'reply ok',
      'reply not_found',
    ]);
  });

  it('about a child nobody knows: not_found', () => {
    const acts = (['terminateChild', 'restartChild', 'deleteChild', 'getChildSpec'] as const).map(
      (type): Act => ({ type, id: 'z' }),
    );
    expect(trace(acts)).toEqual(acts.map(() => 'reply not_found'));
  });

  it('countChildren and getChildSpec tell what is specified', () => {
    const children = [child('a', { type: 'supervisor' }), child('b')];
    const acts: Act[] = [
      { type: 'terminateChild', id: 'b' },
      { type: 'countChildren' },
      { type: 'getChildSpec', id: 'b' },
    ];
    expect(trace(acts, {}, children)).toEqual(['stop b', 'reply ok', 'reply 2/1/1/1', 'reply ok b']);
  });

  it('to a supervisor that stops are refused', () => {
    const scene = world([stop]);
    scene.send({ type: 'call.countChildren', reply: 9 });
    expect(scene.trace.at(-1)).toBe('reply stopping');
  });
});

describe('a dynamic supervisor', () => {
  const dynamic = { policy: { dynamic: true, maxChildren: 2 } };
  const start = (id: string, options: Partial<ChildPolicy> = {}): Act => ({
    type: 'startChild',
    child: child(id, options),
  });

  it('has at most maxChildren, each of an id of its own', () => {
    expect(trace([start('a'), start('a'), start('b'), start('c')], dynamic, [])).toEqual([
      'start a',
      'reply ok started',
      'reply already_started',
      'start b',
      'reply ok started',
      'reply max_children',
    ]);
  });

  it('keeps no record of a child that has ended, was terminated or ignored its start', () => {
    const acts = [
      start('a', { restart: 'transient' }),
      finish('a'),
      start('b'),
      { type: 'terminateChild', id: 'b' } as Act,
    ];
    const scene = world([...acts, start('c'), which], { ...dynamic, outcomes: { c: ['ignore'] } }, []);
    expect(scene.trace.at(-1)).toBe('reply none');
    expect(scene.commands.filter(({ type }) => type === 'forget')).toHaveLength(3);
  });

  it('restarts what crashed, and counts', () => {
    const acts = [start('a'), crash('a'), crash('a'), crash('a'), crash('a')];
    expect(trace(acts, dynamic, []).slice(-2)).toEqual(['exit a crash', 'end shutdown']);
  });

  it('neither restarts nor deletes by hand', () => {
    const acts: Act[] = [start('a'), { type: 'restartChild', id: 'a' }, { type: 'deleteChild', id: 'a' }];
    expect(trace(acts, dynamic, []).slice(2)).toEqual(['reply simple_one_for_one', 'reply simple_one_for_one']);
  });

  it('refuses an id whose child is being restarted', () => {
    const scene = world([start('a')], { ...dynamic, outcomes: { a: ['ok', 'fail'] } }, []);
    scene.sendAll([
      { type: 'child.exited', id: 'a', incarnation: 1, exit: { kind: 'killed' } },
      { type: 'call.startChild', reply: 7, child: child('a'), incarnation: 1 },
    ]);
    expect(scene.trace.slice(2)).toEqual(['fail a', 'reply already_started', 'start a']);
  });

  it('asks all children to stop before it waits for any', () => {
    const scene = world([start('a'), start('b')], dynamic, []);
    const before = scene.commands.length;
    scene.act(stop);
    expect(scene.commands.slice(before).map(({ type }) => type)).toEqual(['stop', 'stop', 'exit']);
  });
});
