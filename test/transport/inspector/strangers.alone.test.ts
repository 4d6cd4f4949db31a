import { connect as connectTcp } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { get, knock, openDoors, TOKEN } from './doors.js';

const bearer = { authorization: `Bearer ${TOKEN}` };

function silent(port: number): Promise<unknown> {
  const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => socket.on('connect', resolve).on('close', resolve));
}

it('serves those with a token while thousands of silent connections come and stay', async () => {
  const { port } = await openDoors();
  let isOver = false;
  const flood = (async () => {
    for (let lot = 0; lot < 42; lot += 1) await Promise.all(Array.from({ length: 100 }, () => silent(port)));
    isOver = true;
  })();
  let answered = 0;
  while (!isOver) {
    expect((await get(port, '/api/tree', { headers: bearer })).status).toBe(200);
    answered += 1;
  }
  await flood;
  expect(answered).toBeGreaterThan(0);
  expect((await get(port, '/api/tree', { headers: bearer })).status).toBe(200);
  expect(await knock(port, '/ws', bearer)).toBe(101);
});

it('lets a thousand in at once that have one', async () => {
  const { port } = await openDoors();
  const statuses = await Promise.all(Array.from({ length: 1000 }, () => get(port, '/api/tree', { headers: bearer })));
  expect(statuses.filter(({ status }) => status === 200)).toHaveLength(1000);
});
