import { expect, it } from 'vitest';
import { Counted } from './counted.js';

it('a hundred and thirty thousand children can be specified, started and stopped', () => {
  const supervisor = new Counted({}, 130_000);
  supervisor.send({ type: 'supervisor.boot' });
  expect(supervisor.state.phase).toBe('running');
  supervisor.send({ type: 'espalier.stop' });
  expect(supervisor.state.phase).toBe('ended');
});
