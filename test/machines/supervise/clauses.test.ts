import { describe, expect, it } from 'vitest';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import { type Act, child, type Outcome, policy } from './scenario.js';
import { abc, play, trace, World, world } from './world.js';

const crash = (id: string): Act => ({ type: 'exit', id, how: 'crash' });
const finish = (id: string): Act => ({ type: 'exit', id, how: 'normal' });
const stop: Act = { type: 'stop' };
const which: Act = { type: 'whichChildren' };

describe('the start of a supervisor', () => {
  it('starts the children in order', () => {
    expect(play({ policy: policy(), children: abc(), outcomes: {}, acts: [] })).toEqual([
      'start a',
      'start b',
      'start c',
    ]);
  });

  it('stops what was started, newest first, when one fails, and fails with that', () => {
    const scene = new World({ policy: policy(), children: abc(), outcomes: { c: ['fail'] }, acts: [] });
    expect(scene.play()).toEqual(['start a', 'start b', 'fail c', 'stop b', 'stop a', 'end crash']);
    expect(scene.commands.at(-1)).toMatchObject({ exit: { error: { code: 'ESP_START', context: { path: '/s/c' } } } });
  });

  it('goes on after a child that ignores its start', () => {
    expect(trace([which], { outcomes: { b: ['ignore'] } })).toEqual(['reply a:running b:stopped c:running']);
  });

  it('keeps no record of a temporary child that ignores its start', () => {
    const children = [child('a'), child('b', { restart: 'temporary' })];
    expect(trace([which], { outcomes: { b: ['ignore'] } }, children)).toEqual(['reply a:running']);
  });
});

describe('the end of a child', () => {
  const restarted: Readonly<Record<ChildPolicy['restart'], readonly string[]>> = {
    permanent: ['normal', 'shutdown', 'crash', 'killed'],
    transient: ['crash', 'killed'],
    temporary: [],
  };
  for (const restart of ['permanent', 'transient', 'temporary'] as const) {
    for (const how of ['normal', 'shutdown', 'crash', 'killed'] as const) {
      const again = restarted[restart].includes(how);
      it(`${again ? 'restarts' : 'does not restart'} a ${restart} child after ${how}`, () => {
        const left = restart === 'temporary' ? 'reply none' : 'reply a:stopped';
        const expected = [`exit a ${how}`, ...(again ? ['start a', 'reply a:running'] : [left])];
        expect(trace([{ type: 'exit', id: 'a', how }, which], {}, [child('a', { restart })])).toEqual(expected);
      });
    }
  }

  it('counts once', () => {
    const scene = world([finish('a')], {}, [child('a', { restart: 'transient' })]);
    scene.send({ type: 'child.exited', id: 'a', incarnation: 1, exit: { kind: 'killed' } });
    expect(scene.trace).toEqual(['start a', 'exit a normal']);
  });

  it('is journalled when it is a crash, and so is the restart, with its reason', () => {
    const events = world([crash('a')]).commands.flatMap((command) =>
      command.type === 'journal' ? [command.event] : [],
    );
    const error = { code: 'Error', message: 'boom', stack: expect.stringContaining('Error: boom\n') };
    expect(events).toEqual([
      { type: 'actor.crashed', path: '/s/a', incarnation: 1, data: { error } },
      { type: 'actor.restarted', path: '/s/a', incarnation: 2, data: { reason: 'crash: Error: boom', restarts: 1 } },
    ]);
  });
});

describe('strategies', () => {
  it('one_for_one restarts the child alone', () => {
    expect(trace([crash('b')])).toEqual(['exit b crash', 'start b']);
  });

  it('rest_for_one takes those after it, stopped newest first', () => {
    const expected = ['exit b crash', 'stop c', 'start b', 'start c'];
    expect(trace([crash('b')], { policy: { strategy: 'rest_for_one' } })).toEqual(expected);
  });

  it('one_for_all takes all', () => {
    const expected = ['exit b crash', 'stop c', 'stop a', 'start a', 'start b', 'start c'];
    expect(trace([crash('b')], { policy: { strategy: 'one_for_all' } })).toEqual(expected);
  });

  it('a group’s restart drops temporary children and starts stopped ones', () => {
    const children = [child('a'), child('b', { restart: 'temporary' }), child('c')];
    const acts: Act[] = [{ type: 'terminateChild', id: 'c' }, crash('a'), which];
    expect(trace(acts, { policy: { strategy: 'one_for_all' } }, children)).toEqual([
      'stop c',
      'reply ok',
      'exit a crash',
      'stop b',
      'start a',
      'start c',
      'reply a:running c:running',
    ]);
  });
});

describe('a restart that fails', () => {
  it('counts as another restart and is tried again', () => {
    expect(trace([crash('a')], { outcomes: { a: ['ok', 'fail', 'fail', 'ok'] } })).toEqual([
      'exit a crash',
      'fail a',
      'fail a',
      'start a',
    ]);
  });

  it('takes up with the one that failed, not with the one that had crashed', () => {
    const expected = ['exit a crash', 'stop c', 'stop b', 'start a', 'fail b', 'start b', 'start c'];
    expect(trace([crash('a')], { policy: { strategy: 'rest_for_one' }, outcomes: { b: ['ok', 'fail'] } })).toEqual(
      expected,
    );
  });

  it('ends the supervisor when it happens too often', () => {
    const expected = ['exit a crash', 'fail a', 'fail a', 'stop c', 'stop b', 'end shutdown'];
    const outcomes: Outcome[] = ['ok', 'fail', 'fail', 'fail'];
    expect(trace([crash('a')], { policy: { intensity: 2 }, outcomes: { a: outcomes } })).toEqual(expected);
  });

  it('lets in what waits before it is tried again; meanwhile the child is restarting', () => {
    const scene = world([], { outcomes: { a: ['ok', 'fail'] } }, [child('a')]);
    // The calls come in while the start that will fail is under way.
    scene.sendAll([
      { type: 'child.exited', id: 'a', incarnation: 1, exit: { kind: 'killed' } },
      { type: 'call.restartChild', reply: 1, id: 'a' },
      { type: 'call.deleteChild', reply: 2, id: 'a' },
      { type: 'call.whichChildren', reply: 3 },
      { type: 'call.startChild', reply: 4, child: child('a'), incarnation: 0 },
      { type: 'call.countChildren', reply: 5 },
    ]);
    expect(scene.trace.slice(1)).toEqual([
      'fail a',
      'reply restarting',
      'reply restarting',
      'reply a:restarting',
      'reply already_present',
      'reply 1/0/0/1',
      'start a',
    ]);
  });

  it('is not tried again once the child has been terminated', () => {
    const scene = world([], { outcomes: { a: ['ok', 'fail'] } }, [child('a')]);
    scene.sendAll([
      { type: 'child.exited', id: 'a', incarnation: 1, exit: { kind: 'killed' } },
      { type: 'call.terminateChild', reply: 1, id: 'a' },
      { type: 'call.whichChildren', reply: 2 },
    ]);
    expect(scene.trace.slice(1)).toEqual(['fail a', 'reply ok', 'reply a:stopped']);
  });
});

describe('the intensity', () => {
  it('ends the supervisor with shutdown at one restart too many, and all children stop newest first', () => {
    const scene = world([crash('a'), crash('b'), crash('a'), crash('b')]);
    expect(scene.trace.slice(-4)).toEqual(['exit b crash', 'stop c', 'stop a', 'end shutdown']);
    expect(scene.commands.at(-1)).toEqual({
      type: 'exit',
      exit: {
        kind: 'shutdown',
        reason: { type: 'max_restart_intensity', child: '/s/b', reason: 'crash: Error: boom' },
      },
    });
    expect(scene.commands).toContainEqual({
      type: 'journal',
      event: {
        type: 'supervisor.escalated',
        path: '/s',
        data: { reason: 'crash: Error: boom', intensity: 3, periodMs: 5000 },
      },
    });
  });

  it('is a matter of the period', () => {
    const later: Act = { type: 'wait', ms: 5001 };
    const acts = [crash('a'), crash('a'), crash('a'), later, crash('a'), crash('a'), crash('a')];
    expect(trace(acts).filter((line) => line === 'start a')).toHaveLength(6);
  });
});

describe('autoShutdown', () => {
  const significant = child('a', { restart: 'transient', significant: true });
  const other = child('b', { restart: 'temporary', significant: true });

  it('never: the end of a child is no reason', () => {
    expect(trace([finish('a')], {}, [significant, child('b')])).toEqual(['exit a normal']);
  });

  it('any_significant: the first end of a significant child is', () => {
    const expected = ['exit a normal', 'stop c', 'stop b', 'end shutdown'];
    const children = [significant, other, child('c')];
    expect(trace([finish('a')], { policy: { autoShutdown: 'any_significant' } }, children)).toEqual(expected);
  });

  it('any_significant: a restart is no end', () => {
    expect(trace([crash('a')], { policy: { autoShutdown: 'any_significant' } }, [significant])).toEqual([
      'exit a crash',
      'start a',
    ]);
  });

  it('all_significant: the last end is', () => {
    const children = [significant, other, child('c')];
    expect(trace([crash('b'), finish('a')], { policy: { autoShutdown: 'all_significant' } }, children)).toEqual([
      'exit b crash',
      'exit a normal',
      'stop c',
      'end shutdown',
    ]);
  });

  it('is not set off by terminateChild', () => {
    const children = [significant, child('c')];
    const expected = ['stop a', 'reply ok'];
    expect(
      trace([{ type: 'terminateChild', id: 'a' }], { policy: { autoShutdown: 'any_significant' } }, children),
    ).toEqual(expected);
  });
});

describe('a backoff', () => {
  const backoff = { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 };
  const options = { policy: { intensity: 10 } };

  it('does not delay the restart of a child that had lived for a second', () => {
    expect(trace([{ type: 'wait', ms: 1000 }, crash('a')], options, abc({ backoff }))).toEqual([
      'exit a crash',
      'start a',
    ]);
  });

  it('delays the restart of one that had not, longer each time', () => {
    const scene = world([{ type: 'wait', ms: 999 }, crash('a')], options, [child('a', { backoff })]);
    expect(scene.trace.slice(1)).toEqual(['exit a crash', 'schedule a 0']);
    scene.fireTimers();
    scene.act(crash('a'));
    expect(scene.trace.slice(3)).toEqual(['start a', 'exit a crash', 'schedule a 1']);
  });

  it('grows with failed starts too', () => {
    const scene = world([crash('a')], { ...options, outcomes: { a: ['ok', 'fail', 'fail', 'ok'] } }, [
      child('a', { backoff }),
    ]);
    scene.fireTimers();
    scene.fireTimers();
    scene.fireTimers();
    const expected = ['exit a crash', 'schedule a 0', 'fail a', 'schedule a 1', 'fail a', 'schedule a 2', 'start a'];
    expect(scene.trace.slice(1)).toEqual(expected);
  });

  it('keeps those who depend on the child stopped while it lasts', () => {
    const scene = world([crash('a')], { policy: { ...options.policy, strategy: 'rest_for_one' } }, abc({ backoff }));
    expect(scene.trace.slice(3)).toEqual(['exit a crash', 'schedule a 0', 'stop c', 'stop b']);
    scene.fireTimers();
    expect(scene.trace.slice(7)).toEqual(['start a', 'start b', 'start c']);
  });

  it('is over when the child was terminated meanwhile', () => {
    const scene = world([crash('a'), { type: 'terminateChild', id: 'a' }], options, [child('a', { backoff })]);
    scene.fireTimers();
    expect(scene.trace.slice(1)).toEqual(['exit a crash', 'schedule a 0', 'reply ok']);
  });

  it('does not let anything be asked of the supervisor wait', () => {
    const scene = world([crash('a'), which], options, [child('a', { backoff })]);
    expect(scene.trace.at(-1)).toBe('reply a:restarting');
  });
});

describe('the end of a supervisor', () => {
  it('stops the children newest first and ends as shut down, with the reason', () => {
    const scene = world([]);
    scene.send({ type: 'espalier.stop', reason: 'enough' });
    expect(scene.trace.slice(3)).toEqual(['stop c', 'stop b', 'stop a', 'end shutdown']);
    expect(scene.commands.at(-1)).toEqual({ type: 'exit', exit: { kind: 'shutdown', reason: 'enough' } });
  });

  it('is a crash when its machine says so', () => {
    const scene = world([]);
    const error = new Error('no usable seat');
    scene.send({ type: 'supervisor.fail', error });
    expect(scene.trace.slice(3)).toEqual(['stop c', 'stop b', 'stop a', 'end crash']);
    expect(scene.commands.at(-1)).toEqual({ type: 'exit', exit: { kind: 'crash', error } });
  });

  it('asks for the stop of each child with the time that is its own', () => {
    const scene = world([stop], {}, [child('a', { shutdown: 'kill' }), child('b', { shutdown: 7 })]);
    expect(scene.commands.filter(({ type }) => type === 'stop')).toEqual([
      { type: 'stop', id: 'b', incarnation: 1, shutdown: 7 },
      { type: 'stop', id: 'a', incarnation: 1, shutdown: 'kill' },
    ]);
  });
});
