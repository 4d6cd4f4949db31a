import { expect, it } from 'vitest';
import { Heartbeat } from '../../src/host/heartbeat.js';
import { SimulatedClock } from '../../src/testing/index.js';

function beat(answers: (boolean | Error)[]) {
  const clock = new SimulatedClock();
  const told: unknown[] = [];
  let asked = 0;
  const hosts = {
    heartbeat: async () => {
      asked += 1;
      const answer = answers.shift() ?? true;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const heart = new Heartbeat(
    'me',
    hosts,
    clock,
    () => void told.push('fenced'),
    (error) => void told.push(error),
  );
  const pass = async (ms: number) => {
    clock.increment(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { heart, pass, told, asked: () => asked };
}

it('renews the lease three times before others may doubt it', async () => {
  const { pass, asked, told } = beat([]);
  for (let n = 0; n < 3; n += 1) await pass(5000);
  expect([asked(), told]).toEqual([3, []]);
});

it('tells once that the host was declared dead, and asks no more', async () => {
  const { pass, asked, told } = beat([true, false]);
  for (let n = 0; n < 4; n += 1) await pass(5000);
  expect([asked(), told]).toEqual([2, ['fenced']]);
});

it('tries again after a store that could not be asked', async () => {
  const locked = new Error('locked');
  const { pass, asked, told } = beat([locked, true]);
  for (let n = 0; n < 3; n += 1) await pass(5000);
  expect([asked(), told]).toEqual([3, [locked]]);
});

it.each([true, false, new Error('closed')])(
  'is silent once stopped, also about the answer on its way: %s',
  async (answer) => {
    const { heart, pass, asked, told } = beat([answer]);
    const beating = pass(5000);
    heart.stop();
    await beating;
    await pass(20_000);
    expect([asked(), told]).toEqual([1, []]);
  },
);
