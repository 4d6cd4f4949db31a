import { service, supervisor } from 'espalier';
import { describe, expect, it, vi } from 'vitest';
import { bootError, broken, failing, stderr, thrown, words } from '../support/no-boot.js';
import { all, create, start } from '../support/support.js';

// Five boots with their pauses take two seconds, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe('a pool whose workers cannot boot', () => {
  it('says so, with their last words, to all who call or wait, and ends the tree as a failed start does', async () => {
    const system = await start({ children: [supervisor({ id: 'g', children: [broken()] })] });
    const handle = system.pool('g/p');
    const asked = [
      handle.ready(),
      handle.call('a'),
      all(handle.stream('b')),
      handle.recycle().then(() => handle.ready()),
    ];
    for (const error of await Promise.all(asked.map(thrown))) expect(error).toMatchObject(bootError);
    expect(await system.ended).toMatchObject({
      kind: 'crash',
      error: {
        code: 'ESP_START',
        message: expect.stringMatching(`^/g/p did not start: .*${words}`),
        context: { path: '/', boots: 5, stderr },
      },
    });
    // What is asked later gets the same answer, by an old handle or a new one.
    for (const later of [handle.call('a'), handle.ready(), all(system.pool('g/p').stream('b')), handle.resize(3)]) {
      expect(await thrown(later)).toMatchObject(bootError);
    }
    expect(() => system.actor('/g').getSnapshot()).toThrow(/after \/g\/p did not start: .*no model/s);
  });
});

describe('a service whose program cannot boot', () => {
  it('fails the start of its system with its last words', async () => {
    const error = await thrown(
      create({ children: [service({ id: 's', command: ['sh', '-c', failing], ready: { log: 'up' } })] }),
    );
    expect(error).toMatchObject({
      code: 'ESP_WORKER_BOOT',
      message: expect.stringMatching(`^/s: its boot failed: ${words}$`),
      context: { boots: 1, stderr },
    });
  });
});
