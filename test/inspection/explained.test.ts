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
