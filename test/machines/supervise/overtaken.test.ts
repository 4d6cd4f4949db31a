import { describe, expect, it } from 'vitest';
import type { ChildEvent } from '../../../src/machines/supervise/events.js';
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
