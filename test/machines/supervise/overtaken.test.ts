import { describe, expect, it } from 'vitest';
import type { SuperviseCommand } from '../../../src/machines/supervise/commands.js';
import { decide } from '../../../src/machines/supervise/decide.js';
import type { ChildEvent, SuperviseEvent } from '../../../src/machines/supervise/events.js';
import { newSupervisor } from '../../../src/machines/supervise/state.js';
import { child, exitOf, policy } from './scenario.js';

/** A supervisor that is told to stop while `a` is being restarted: `b` is stopped first, and meanwhile `a` answers. */
function overtaken(answer: ChildEvent): string[] {
  let state = newSupervisor(policy(), [child('a'), child('b')]);
  let said: readonly SuperviseCommand[] = [];
  const tell = (event: SuperviseEvent) => {
    const decision = decide(state, event, 0);
    state = decision.state;
    said = decision.commands;
  };
  const exited = (id: string, incarnation: number, kind: 'crash' | 'shutdown') =>
    tell({ type: 'child.exited', id, incarnation, exit: exitOf(kind) });
  tell({ type: 'supervisor.boot' });
  tell({ type: 'child.started', id: 'a', incarnation: 1 });
  tell({ type: 'child.started', id: 'b', incarnation: 1 });
  exited('a', 1, 'crash');
  tell({ type: 'espalier.stop' });
  tell(answer);
  const meanwhile = said;
  exited('b', 1, 'shutdown');
  return [...meanwhile, ...said].map((command) =>
    command.type === 'journal' ? command.event.type : `${command.type}${'id' in command ? ` ${command.id}` : ''}`,
  );
}

describe('a start that the end of its supervisor has overtaken', () => {
  const a = { id: 'a', incarnation: 2 };

  it('is followed by a stop when it succeeds', () => {
    expect(overtaken({ type: 'child.started', ...a })).toEqual(['stop a']);
  });

  it('is told to the journal when it fails, and nobody is stopped', () => {
    expect(overtaken({ type: 'child.failed', error: new Error('no'), ...a })).toEqual(['actor.crashed', 'exit']);
  });

  it('is over when it is ignored', () => {
    expect(overtaken({ type: 'child.ignored', ...a })).toEqual(['exit']);
  });
});
