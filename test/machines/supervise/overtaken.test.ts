import { describe, expect, it } from 'vitest';
import type { ChildEvent } from '../../../src/machines/supervise/state/events.js';
import { running } from './by-hand.js';

/** A supervisor that is told to stop while `a` is being restarted: `b` is stopped first, and meanwhile `a` answers. */
function overtaken(answer: ChildEvent): string[] {
  const supervisor = running('ab');
  supervisor.exited('a', 'crash');
  supervisor.stop();
  return [...supervisor.tell(answer), ...supervisor.exited('b')];
}

describe('a start that the end of its supervisor has overtaken', () => {
  const a = { id: 'a', incarnation: 2 };

  it('is followed by a stop when it succeeds', () => {
    expect(overtaken({ type: 'child.started', ...a })).toEqual(['stop a']);
  });

  it('has started, until it is stopped', () => {
    const supervisor = running('ab');
    supervisor.exited('a', 'crash');
    supervisor.stop();
    supervisor.started('a', 2);
    expect(supervisor.state.children.get('a')?.status).toBe('running');
  });

  it('is told to the journal when it fails, and nobody is stopped', () => {
    expect(overtaken({ type: 'child.failed', error: new Error('no'), ...a })).toEqual([
      'actor.crashed /s/a',
      'exit shutdown enough',
    ]);
  });

  it('is over when it is ignored', () => {
    expect(overtaken({ type: 'child.ignored', ...a })).toEqual(['exit shutdown enough']);
  });
});

it('the end of a child that comes before its start is known waits for that', () => {
  const supervisor = running('a');
  expect(supervisor.exited('a', 'killed')).toEqual(['start a']);
  expect(supervisor.exited('a', 'killed', 2)).toEqual([]);
  expect(supervisor.started('a', 2)).toEqual(['actor.restarted /s/a', 'start a']);
});

describe('what has waited for its turn', () => {
  it('is not said again of a child that has gone meanwhile', () => {
    const supervisor = running('ab', {}, { restart: 'temporary' });
    supervisor.terminate('a');
    supervisor.exited('b', 'crash');
    supervisor.exited('b', 'crash');
    expect(supervisor.exited('a')).toEqual(['forget a', 'reply 1 ok', 'actor.crashed /s/b', 'forget b']);
  });

  it('is no restart of a child that was deleted before it was tried again', () => {
    const supervisor = running('a');
    supervisor.exited('a', 'killed');
    supervisor.terminate('a', 1);
    supervisor.tell({ type: 'call.deleteChild', id: 'a', reply: 2 });
    expect(supervisor.tell({ type: 'child.failed', id: 'a', incarnation: 2, error: new Error('no') })).toEqual([
      'actor.crashed /s/a',
      'reply 1 ok',
      'forget a',
      'reply 2 ok',
    ]);
  });

  it('is no restart of a child that was deleted before its backoff was over', () => {
    const backoff = { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 };
    const supervisor = running('ab', {}, { backoff });
    expect(supervisor.exited('a', 'killed')).toEqual(['schedule a']);
    supervisor.terminate('b', 1);
    supervisor.terminate('a', 2);
    supervisor.tell({ type: 'call.deleteChild', id: 'a', reply: 3 });
    supervisor.tell({ type: 'child.due', id: 'a', incarnation: 1 });
    expect(supervisor.exited('b')).toEqual(['reply 1 ok', 'reply 2 ok', 'forget a', 'reply 3 ok']);
  });

  it('is the restart of a child whose backoff is over', () => {
    const backoff = { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 };
    const supervisor = running('ab', {}, { backoff });
    supervisor.exited('a', 'killed');
    supervisor.terminate('b', 1);
    expect(supervisor.tell({ type: 'child.due', id: 'a', incarnation: 1 })).toEqual([]);
    expect(supervisor.exited('b')).toEqual(['reply 1 ok', 'start a']);
  });
});
