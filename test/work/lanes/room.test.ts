import { expect, it } from 'vitest';
import { Room } from '../../../src/work/lanes/room.js';

it('says to each what the others have taken, and tells the others of each change before it is used', () => {
  const room = new Room();
  const told: string[] = [];
  using a = room.share(() => told.push('a'));
  const b = room.share(() => told.push('b'));
  a.change(3);
  expect([a.others, b.others, told]).toEqual([0, 3, ['b']]);
  b.change(2);
  a.change(-1);
  expect([a.others, b.others, told]).toEqual([2, 2, ['b', 'a', 'b']]);
});

it('has what one that leaves had taken', () => {
  const room = new Room();
  let told = 0;
  using a = room.share(() => {
    told += 1;
  });
  {
    using b = room.share(() => undefined);
    b.change(4);
  }
  expect([a.others, told]).toEqual([0, 2]);
});
