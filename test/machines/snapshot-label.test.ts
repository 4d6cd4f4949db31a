import { expect, it } from 'vitest';
import { misfit, type SnapshotLabel } from '../../src/machines/snapshot-label.js';

const label: SnapshotLabel = { machine: 'orders', version: '2', hash: 'h' };

it('a saved state may fit the machine and version that it was saved of, whatever has become of the definition', () => {
  expect(misfit(label, { ...label })).toBeUndefined();
  expect(misfit(label, { ...label, hash: 'g' })).toBeUndefined();
});

it.each([
  [
    'of another machine, whatever else differs',
    { machine: 'bills', version: '1', hash: 'g' },
    "machine 'bills', not 'orders'",
  ],
  ['of another version, whatever its definition', { version: '1', hash: 'g' }, 'of version 1, not 2'],
])('one %s does not, and that is said', (_, change, why) => {
  expect(misfit({ ...label, ...change }, label)).toContain(why);
});
