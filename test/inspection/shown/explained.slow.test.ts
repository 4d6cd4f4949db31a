import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/inspection/shown/explain.js';
import { explained } from '../../../src/inspection/shown/explained.js';
import { newFile, openHost, runSlot, startRun } from '../../persistence/support/world.js';

async function host() {
  const store = await openHost(newFile());
  const error = { code: 'E_FEED', message: 'the exchange closed the connection' };
  const seq = await store.journal.append([
    { type: 'actor.crashed', path: '/market/feed', incarnation: 1, data: { error } },
  ]);
  return { store, seq, why: explained(store, 'host-a') };
}

describe('what happened, for an inspector', () => {
  it('is what `explain` finds', async () => {
    const { store, seq, why } = await host();
    const { findings } = await explain(store, '/market/feed', { host: 'host-a' });
    expect(await why('/market/feed')).toEqual(findings);
    expect(findings[0].sentences.join(' ')).toContain('the exchange closed the connection');
    expect(findings[0].evidence.map((one) => one.seq)).toContain(seq);
  });

  it('is refused for what nobody knows, with the names that are near', async () => {
    const { why } = await host();
    expect(await why('/market/fed')).toMatchObject({
      refused: 'not_found',
      message: expect.stringContaining('/market/feed'),
    });
  });

  it('fails as the store does', async () => {
    const { store, why } = await host();
    await store.close();
    await expect(why('/market/feed')).rejects.toMatchObject({ code: 'ESP_STOPPED' });
  });
});

describe('what happened to a slot', () => {
  /** A run whose first slots end under one host, which stops; another goes on with it, and is declared dead. */
  async function continued() {
    const file = newFile();
    const first = await openHost(file);
    await startRun(first, ['a', 'b', 'c']);
    const none = { outcome: 'failed', exit: null, error: { code: 'ESP_SPAWN', message: 'no such program' } } as const;
    await runSlot(first, 0, { outcome: 'failed', exit: { code: 2, signal: null }, durationMs: 306 });
    await runSlot(first, 1, { ...none, durationMs: 0 });
    await first.hosts.end('host-a');
    const second = await openHost(file, 'host-b');
    await second.runs.acquire('run', 'host-b');
    const third = await openHost(file, 'host-c');
    await third.hosts.fence('host-b', 'host-c');
    return (slot: number) => explain(third, `run:${slot}`);
  }

  it('that failed by itself is its own, whoever went on with its run and died', async () => {
    const { findings, host } = await (await continued())(0);
    expect(findings.map(({ cause }) => cause)).toEqual(['nonzero_exit']);
    expect(host).toBe('host-a');
  });

  it('tells how long its program ran, from its spawn on, and nothing of one that never ran', async () => {
    const why = await continued();
    const texts = async (slot: number) => (await why(slot)).findings[0].evidence.map(({ text }) => text);
    expect(await texts(0)).toEqual(['attempt 1 failed after 306 ms, ended with exit code 2']);
    expect(await texts(1)).toEqual(['attempt 1 failed: no such program (ESP_SPAWN)']);
  });

  it('that waits is held up by the death of the host that drove its run', async () => {
    const { findings } = await (await continued())(2);
    expect(findings.map(({ cause }) => cause)).toContain('lost_host');
  });
});
