import { expect, it } from 'vitest';
import { dynamicSupervisor, supervisor } from '../../src/actors/supervisor.js';
import { supervisorHandle } from '../../src/actors/supervisor-calls.js';
import { TestTree } from './supervisor-tree.js';

it('starts its children in order and stops them in reverse', async () => {
  const tree = new TestTree();
  const cell = await tree.start(supervisor({ id: 'group', children: ['a', 'b', 'c'].map((id) => tree.child(id)) }));
  expect(tree.log).toEqual(['+a', '+b', '+c']);
  expect(await cell.stop('infinity')).toEqual({ kind: 'shutdown' });
  expect(tree.log).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
});

it('restarts a crashed child', async () => {
  const tree = new TestTree();
  await tree.start(
    supervisor({ id: 'group', strategy: 'rest_for_one', children: ['a', 'b', 'c'].map((id) => tree.child(id)) }),
  );
  tree.send('/group/b', 'crash');
  await tree.settle();
  expect(tree.log.slice(3)).toEqual(['-b', '-c', '+b', '+c']);
  expect(tree.journalled.map((event) => event.type)).toEqual(['actor.crashed', 'actor.restarted', 'actor.restarted']);
});

it('starts children dynamically and answers as OTP does', async () => {
  const tree = new TestTree();
  await tree.start(dynamicSupervisor({ id: 'agents', maxChildren: 1 }));
  const agents = supervisorHandle(tree.env, '/agents');
  expect(await agents.startChild(tree.child('x'))).toEqual({ ok: true, path: '/agents/x', ignored: false });
  expect(await agents.startChild(tree.child('x'))).toEqual({ ok: false, error: 'already_started' });
  expect(await agents.startChild(tree.child('y'))).toEqual({ ok: false, error: 'max_children' });
  expect(await agents.terminateChild('x')).toEqual({ ok: true });
  expect(await agents.countChildren()).toEqual({ specs: 0, active: 0, supervisors: 0, workers: 0 });
});
