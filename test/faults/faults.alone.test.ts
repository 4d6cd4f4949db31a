import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listPids, readCommandLine } from '../../src/transport/process/proc.js';
import { espalier } from '../cli/espalier.js';
import { type FaultyHost, startFault } from './host.js';
import { FAULTS } from './table.js';

/** `why`, through the built command line. */
async function why({ store, target }: FaultyHost) {
  const [text, json] = await Promise.all([
    espalier('/', ['why', target, '--db', store]),
    espalier('/', ['why', target, '--db', store, '--json']),
  ]);
  expect([text, json]).toMatchObject([{ code: 0 }, { code: 0 }]);
  return { first: text.stdout.split('\n', 1)[0] ?? '', text: text.stdout, explanation: JSON.parse(json.stdout) };
}

/** The program that its host may not kill is ended by the test, which is root's. */
function endPrograms(store: string): void {
  const program = store.replace('app.db', 'changes-user');
  for (const pid of listPids()) if (readCommandLine(pid)[0] === program) process.kill(pid, 'SIGKILL');
}

describe.each(FAULTS)('the fault $name', (fault) => {
  it(`is named by why: ${fault.cause}`, async ({ skip }) => {
    const host = await startFault(fault);
    if (host === null) {
      const missing = `SKIPPED: ${fault.name} needs ${fault.needs}`;
      if (process.env.ESPALIER_REQUIRE_ALL === '1') throw new Error(missing);
      console.warn(missing);
      return skip(missing);
    }
    if (fault.dies) await once(host.child, 'exit');
    const { first, explanation } = await why(host);
    expect(first).toMatch(fault.says);
    expect(explanation.findings[0]).toMatchObject({ cause: fault.cause });
    expect(explanation.findings[0].evidence.length).toBeGreaterThan(0);
    if (fault.name === 'suspect') endPrograms(host.store);
    if (fault.dies) return;
    // After the host's end the store alone says the same.
    await host.stop();
    expect((await why(host)).explanation.findings[0]).toMatchObject({ cause: fault.cause });
  });
});
