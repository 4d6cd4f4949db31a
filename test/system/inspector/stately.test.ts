import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { machine } from 'espalier';
import { expect, it, vi } from 'vitest';
import { createMachine } from 'xstate';
import { soon } from '../../support/soon.js';
import { start } from '../support/support.js';

vi.setConfig({ testTimeout: 120_000 });

const account = createMachine({
  id: 'account',
  initial: 'closed',
  context: { user: 'ada', password: 'context-secret' },
  states: { closed: { on: { login: 'open' } }, open: {} },
});

it('a receiver of @statelyai/inspect sees machines, what they are sent and what becomes of them, without secrets', async () => {
  // It tells the console whatever it hears.
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const system = await start({ children: [machine({ id: 'account', logic: account })], inspector: { port: 0 } });
  const { port = 0, token = '' } = system.inspector ?? {};
  const heard: StatelyInspectionEvent[] = [];
  const receiver = createWebSocketReceiver({ server: `ws://127.0.0.1:${port}/stately?token=${token}` });
  receiver.subscribe((event) => void heard.push(event));
  const of = <T extends StatelyInspectionEvent['type']>(type: T, session: string) =>
    heard.filter((event): event is Extract<StatelyInspectionEvent, { type: T }> => {
      return event.type === type && event.sessionId === session;
    });

  await vi.waitFor(() => expect(of('@xstate.actor', '/account#1')).toHaveLength(1), soon);
  const [made] = of('@xstate.actor', '/account#1');
  expect(made).toMatchObject({ parentId: '/#1', rootId: '/#1', snapshot: { status: 'active', value: 'closed' } });
  // What it draws is a machine.
  const drawn = createMachine(JSON.parse(made?.definition ?? ''));
  expect(Object.keys(drawn.states)).toEqual(['closed', 'open']);
  await vi.waitFor(() => {
    system.actor('/account').send({ type: 'login', token: 'event-secret' });
    expect(of('@xstate.event', '/account#1').map(({ event }) => event.type)).toContain('login');
  }, soon);
  await vi.waitFor(() => {
    const states = of('@xstate.snapshot', '/account#1').map(({ snapshot }) => snapshot);
    expect(states.at(-1)).toMatchObject({ status: 'active', value: 'open', context: { user: 'ada' } });
  }, soon);
  await system.actor('/account').kill();
  await vi.waitFor(() => expect(of('@xstate.actor', '/account#2')).toHaveLength(1), soon);
  expect(of('@xstate.snapshot', '/account#1').at(-1)).toMatchObject({ snapshot: { status: 'stopped' } });
  expect(JSON.stringify(heard)).not.toMatch(/context-secret|event-secret/);
});
