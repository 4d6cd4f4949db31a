import { describe, expect, it } from 'vitest';
import { Children, newChild } from '../../../../src/machines/supervise/state/children.js';
import { child } from '../scenario.js';

const of = (id: string, significant = false) => newChild(child(id, { significant }), 0);
const abc = ['a', 'b', 'c'].reduce((all, id) => all.put(of(id)), Children.none);

describe('the children of a supervisor', () => {
  it('are none at first', () => {
    expect([Children.none.size, Children.none.liveSignificant, Children.none.all()]).toEqual([0, 0, []]);
  });

  it('stand in the order in which they were added, also when one is changed', () => {
    const changed = abc.put({ ...of('a'), incarnation: 7 });
    expect([changed.size, changed.ids(), changed.get('a')?.incarnation]).toEqual([3, ['a', 'b', 'c'], 7]);
  });

  it('are one less when one is taken out, and added at the end when it comes back', () => {
    const two = abc.remove('b');
    expect([two.size, two.ids(), two.get('b')]).toEqual([2, ['a', 'c'], undefined]);
    expect(two.put(of('b')).ids()).toEqual(['a', 'c', 'b']);
  });

  it('stay who they are when one is taken out who is not there', () => {
    expect(abc.remove('z')).toBe(abc);
  });

  it('know how many significant ones have not stopped', () => {
    const running = { ...of('s', true), status: 'running' } as const;
    const one = abc.put({ ...of('a'), status: 'running' }).put(running);
    const two = one.put({ ...of('t', true), status: 'restarting' });
    const counts = [abc, one, two, two.put(running), two.put(of('s', true)), two.remove('t'), two.remove('a')];
    expect(counts.map(({ liveSignificant }) => liveSignificant)).toEqual([0, 1, 2, 2, 1, 1, 2]);
  });
});
