import { describe, expect, it } from 'vitest';
import { dynamic, running } from './by-hand.js';
import { child } from './scenario.js';

// What is under way, and what waits, when a supervisor is told to stop or stops a child.

describe('a supervisor that is told to stop', () => {
  it('goes on as it was told first, and says nothing more once it has ended', () => {
    const supervisor = running('ab');
    expect(supervisor.stop()).toEqual(['stop b']);
    expect(supervisor.stop('again')).toEqual([]);
    expect(supervisor.tell({ type: 'supervisor.fail', error: 'late' })).toEqual([]);
    expect(supervisor.exited('b')).toEqual(['stop a']);
    expect(supervisor.exited('a')).toEqual(['exit shutdown enough']);
    expect(supervisor.stop('again')).toEqual([]);
    expect(supervisor.count()).toEqual(['reply 2 stopping']);
  });

  it('awaits a child that stops already before it stops the others, newest first', () => {
    const supervisor = running('abc');
    expect(supervisor.terminate('a')).toEqual(['stop a']);
    expect(supervisor.stop()).toEqual(['reply 1 stopping']);
    expect(supervisor.exited('a')).toEqual(['stop c']);
    expect(supervisor.exited('c')).toEqual(['stop b']);
    expect(supervisor.exited('b')).toEqual(['exit shutdown enough']);
  });

  it('refuses the start that it withdraws, and what has waited for it', () => {
    const supervisor = running('a');
    expect(supervisor.tell({ type: 'call.startChild', child: child('b'), incarnation: 0, reply: 1 })).toEqual([
      'start b',
    ]);
    expect(supervisor.count(2)).toEqual([]);
    expect(supervisor.stop()).toEqual(['reply 1 stopping', 'reply 2 stopping', 'stop b']);
    expect(supervisor.tell({ type: 'child.failed', id: 'b', incarnation: 1, error: 'withdrawn' })).toEqual(['stop a']);
  });

  it('awaits the end of a child whose start it could not withdraw any more', () => {
    const supervisor = running('a');
    supervisor.tell({ type: 'call.startChild', child: child('b'), incarnation: 0, reply: 1 });
    supervisor.stop();
    expect(supervisor.started('b')).toEqual([]);
    expect(supervisor.exited('b')).toEqual(['stop a']);
  });

  it('takes note of a child whose end has waited, and does not stop it', () => {
    const supervisor = running('abc');
    supervisor.terminate('a');
    expect(supervisor.exited('c', 'crash')).toEqual([]);
    expect(supervisor.stop()).toEqual(['reply 1 stopping', 'actor.crashed /s/c']);
    expect(supervisor.exited('a')).toEqual(['stop b']);
    expect(supervisor.exited('b')).toEqual(['exit shutdown enough']);
  });

  it.each(['permanent', 'temporary'] as const)('takes note of the end of a %s child once, if told twice', (restart) => {
    const supervisor = running('ab', {}, { restart });
    supervisor.terminate('a');
    supervisor.exited('b', 'crash');
    supervisor.exited('b', 'crash');
    expect(supervisor.stop()).toEqual(['reply 1 stopping', 'actor.crashed /s/b']);
  });

  it('keeps its records: its next life counts on from them', () => {
    const supervisor = running('ab', {}, { restart: 'temporary' });
    supervisor.terminate('a');
    supervisor.exited('b', 'normal');
    supervisor.stop();
    expect(supervisor.exited('a')).toEqual(['exit shutdown enough']);
    expect(supervisor.state.children.ids()).toEqual(['a', 'b']);
  });
});

describe('a dynamic supervisor that is told to stop', () => {
  it('ends when the last child has, one that stopped already among them', () => {
    const supervisor = dynamic('abc');
    expect(supervisor.terminate('b')).toEqual(['stop b']);
    expect(supervisor.stop()).toEqual(['reply 1 stopping', 'stop a', 'stop c']);
    expect(supervisor.exited('c')).toEqual([]);
    expect(supervisor.exited('b')).toEqual([]);
    expect(supervisor.exited('a')).toEqual(['exit shutdown enough']);
  });
});

describe('the end of the last significant child', () => {
  it('is one, however often it is told', () => {
    const supervisor = running('ab', { autoShutdown: 'any_significant' }, { restart: 'temporary', significant: true });
    supervisor.terminate('a');
    supervisor.exited('b', 'normal');
    supervisor.exited('b', 'crash');
    expect(supervisor.exited('a').slice(0, 3)).toEqual(['forget a', 'reply 1 ok', 'forget b']);
    expect(supervisor.state.phase).toBe('ended');
  });
});

describe('a child that is stopped', () => {
  it('has crashed when its end is a crash', () => {
    const supervisor = running('a');
    supervisor.terminate('a');
    expect(supervisor.exited('a', 'crash')).toEqual(['actor.crashed /s/a', 'reply 1 ok']);
  });

  it('has ended already when its end waits; what else waits is done once, and after the restart', () => {
    const supervisor = running('abcd', { strategy: 'rest_for_one' });
    expect(supervisor.exited('b')).toEqual(['stop d']);
    expect(supervisor.exited('a', 'killed')).toEqual([]);
    expect(supervisor.count()).toEqual([]);
    expect(supervisor.exited('c', 'crash')).toEqual([]);
    expect(supervisor.exited('d')).toEqual(['actor.crashed /s/c', 'start b']);
    expect(supervisor.started('b', 2)).toEqual(['actor.restarted /s/b', 'start c']);
    expect(supervisor.started('c', 2)).toEqual(['actor.restarted /s/c', 'start d']);
    expect(supervisor.started('d', 2)).toEqual(['actor.restarted /s/d', 'stop d']);
    expect(supervisor.exited('d', 'shutdown', 2)).toEqual(['stop c']);
    expect(supervisor.exited('c', 'shutdown', 2)).toEqual(['stop b']);
    expect(supervisor.exited('b', 'shutdown', 2)).toEqual(['start a']);
    for (const id of 'abc') supervisor.started(id, id === 'a' ? 2 : 3);
    expect(supervisor.started('d', 3)).toEqual(['actor.restarted /s/d', 'reply 2 4/4/0/4']);
  });
});
