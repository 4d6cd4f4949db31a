import { describe, expect, it } from 'vitest';
import { explain } from '../../src/explain.js';
import { explained } from '../../src/inspection/explained.js';
import { newFile, openHost } from '../persistence/support/world.js';

async function host() {
  const store = await openHost(newFile());
  const error = { code: 'E_FEED', message: 'the exchange closed the connection' };
  const seq = await store.journal.append([
    { type: 'actor.crashed', path: '/market/feed', incarnation: 1, data: { error } },
  ]);
  return { store, seq, why: explained(store, 'host-a') };
}

describe('what happened, for an inspector', () => {
  it('is told in the sentences of `explain`, the root cause first, with its evidence and what to do', async () => {
    const { store, seq, why } = await host();
    const { findings } = await explain(store, '/market/feed', { host: 'host-a' });
    const told = await why('/market/feed');
    if ('refused' in told) throw new Error(told.message);
    const [root] = findings;
    expect(root?.sentences.length).toBeGreaterThan(0);
    expect(told.slice(0, root?.sentences.length).map(({ text }) => text)).toEqual(root?.sentences);
    expect(told.map(({ text }) => text).join('\n')).toContain('the exchange closed the connection');
    expect(told.flatMap(({ evidence }) => evidence)).toContain(seq);
    const advice = told.filter(({ text }) => text.startsWith('What to do: '));
    expect(advice.map(({ text }) => text)).toEqual(root?.advice == null ? [] : [`What to do: ${root.advice}`]);
    const all = findings.flatMap(({ sentences }) => sentences);
    expect(told.length).toBe(all.length + advice.length);
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
