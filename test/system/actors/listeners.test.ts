import { machine, service } from 'espalier';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createMachine, fromCallback } from 'xstate';
import { start } from '../support/support.js';

const fragile = fromCallback(({ receive }) =>
  receive(() => {
    throw new Error('told to crash');
  }),
);

const lamp = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { press: 'on' } }, on: {} } });

it('makes warnings of what asynchronous listeners reject with, and the host lives on', async () => {
  const warnings: string[] = [];
  const hear = ({ message }: Error) => void warnings.push(message);
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  const fail = async (where: string) => Promise.reject(new Error(`${where} is told to fail`));

  const system = await start({
    onReport: () => fail('onReport'),
    children: [
      machine({ id: 'm', logic: fragile }),
      machine({ id: 'lamp', logic: lamp }),
      service({ id: 's', command: ['sh', '-c', 'echo hello; exec sleep 300'], stdio: () => fail('stdio') }),
    ],
  });
  system.monitor('m', () => fail('monitor'));
  system.actor('lamp').subscribe(() => fail('subscribe'));
  system.actor('lamp').send({ type: 'press' });
  system.actor('m').send({ type: 'crash' });

  const expected = ['monitor', 'onReport', 'stdio', 'subscribe'].map((where) => `${where} is told to fail`);
  await vi.waitFor(() => expect([...new Set(warnings)].sort()).toEqual(expected), 60_000);
  expect(system.whereis('m')?.incarnation).toBe(2);
});
