import { describe, expect, it } from 'vitest';
import type { SentCall } from '../../../src/persistence/writer/messages.js';
import {
  GROUP_BYTES,
  GROUP_LIMIT,
  WAITING_LIMIT,
  WaitingCalls,
} from '../../../src/persistence/writer/waiting-calls.js';
import { codeOf } from '../support/world.js';

const call = (runId: string): SentCall => ({ name: 'hosts.heartbeat', args: { runId } });
const done = { ok: true, value: true } as const;
const names = (calls: readonly SentCall[]): unknown[] => calls.map(({ args }) => ('runId' in args ? args.runId : null));

describe('calls that wait for the writer', () => {
  it('go to it in their order, in groups of bounded length', () => {
    const calls = new WaitingCalls();
    for (let index = 0; index < GROUP_LIMIT + 3; index += 1) void calls.add(call(`${index}`), 0, null);
    expect(calls.take()).toHaveLength(GROUP_LIMIT);
    expect(calls.busy).toBe(true);
    expect(names(calls.take())).toEqual([`${GROUP_LIMIT}`, `${GROUP_LIMIT + 1}`, `${GROUP_LIMIT + 2}`]);
    expect(calls.empty).toBe(true);
  });

  it('make a group of bounded size, but at least of one call', () => {
    const calls = new WaitingCalls();
    void calls.add(call('huge'), 10 * GROUP_BYTES, null);
    void calls.add(call('half'), GROUP_BYTES / 2, null);
    void calls.add(call('rest'), GROUP_BYTES, null);
    void calls.add(call('more'), 1, null);
    expect([calls.take(), calls.take(), calls.take()].map(names)).toEqual([['huge'], ['half', 'rest'], ['more']]);
  });

  it('are refused past a limit, and taken again when there is room', async () => {
    const calls = new WaitingCalls();
    const waiting = Array.from({ length: WAITING_LIMIT }, () => calls.add(call('x'), 0, null));
    expect(await codeOf(calls.add(call('y'), 0, null))).toBe('ESP_QUEUE_FULL');
    calls.take();
    const taken = calls.add(call('z'), 0, null);
    calls.abandon(new Error('the end'));
    await expect(taken).rejects.toThrow('the end');
    await Promise.allSettled(waiting);
  });

  it('settle each with its own outcome', async () => {
    const calls = new WaitingCalls();
    const [one, two] = [calls.add(call('one'), 0, null), calls.add(call('two'), 0, null)];
    calls.take();
    calls.settle([done, { ok: false, error: { ours: true, code: 'ESP_FENCED', message: 'm', context: '{"a":1}' } }]);
    expect(await one).toBe(true);
    await expect(two).rejects.toMatchObject({ code: 'ESP_FENCED', context: { a: 1 } });
  });

  it('replace one that waits under the same key, until it was taken or sealed', () => {
    const calls = new WaitingCalls();
    const first = calls.add(call('a1'), 0, 'a');
    expect(calls.add(call('a2'), 0, 'a')).toBe(first);
    calls.seal('a');
    expect(calls.add(call('a3'), 0, 'a')).not.toBe(first);
    expect(names(calls.take())).toEqual(['a2', 'a3']);
    void calls.add(call('a4'), 0, 'a');
    expect(names(calls.take())).toEqual(['a4']);
  });

  it('that cannot be copied to the thread are refused, and the others go again, in order', async () => {
    const calls = new WaitingCalls();
    const wrong: SentCall = JSON.parse('{"name":"hosts.heartbeat","args":{}}');
    Object.assign(wrong.args, { runId: () => undefined });
    const settled = [calls.add(call('one'), 0, null), calls.add(wrong, 0, null), calls.add(call('two'), 0, null)];
    calls.take();
    void calls.add(call('three'), 0, null);
    calls.putBack(new Error('cannot be cloned'));
    expect(await codeOf(settled[1] ?? Promise.resolve())).toBe('ESP_INVALID');
    expect(names(calls.take())).toEqual(['one', 'two', 'three']);
  });

  it('are all abandoned when the writer ends', async () => {
    const calls = new WaitingCalls();
    const settled = [calls.add(call('sent'), 0, null), calls.add(call('waiting'), 0, 'k')];
    calls.take();
    void settled.push(calls.add(call('later'), 0, null));
    calls.abandon(new Error('the thread ended'));
    for (const promise of settled) await expect(promise).rejects.toThrow('the thread ended');
    expect(calls.empty).toBe(true);
    await calls.settled();
  });
});
