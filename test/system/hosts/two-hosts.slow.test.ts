import { join } from 'node:path';
import { openReader, sweep } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it, vi } from 'vitest';
import { readIdentity } from '../../../src/transport/process/proc/identity.js';
import { readCommandLine } from '../../../src/transport/process/proc/proc.js';
import { required } from '../../support/required.js';
import { bystander } from '../../transport/process/innocents.js';
import { lives, until } from '../../transport/process/support.js';
import { ELSEWHERE, OtherHost, tamper } from '../support/other-host.js';
import { folder, Marks, remains, shells, start } from '../support/support.js';

// Each starts hosts of its own, and that takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const IS_ROOT = required('root, for namespaces', process.getuid?.() === 0);

/** A slot with a process that leaves its session, so that only its cookie finds it. */
function away(marks: Marks, name: string): string {
  return `setsid sh -c '${marks.mark(`${name}-away`)}; exec sleep 300' & ${marks.mark(name)}; wait`;
}

/** Makes a host silent for so long: a busy machine takes longer than a lease for less than these tests do. */
function silence({ store, runId }: OtherHost, ms: number): void {
  tamper(store, 'UPDATE hosts SET heartbeat_at = ? WHERE run_id = ?', Date.now() - ms, runId);
}

/** Where the marks of programs in another pid namespace hold its own numbers: what carries the host's cookie. */
async function running(host: OtherHost, marks: Marks, ...names: string[]): Promise<readonly number[]> {
  await until(`${names} are up`, () => names.every((name) => marks.has(name)));
  // What left the last mark carries the cookie too, until it is gone.
  const isMarking = (pid: number) => readCommandLine(pid)[0] === 'mv';
  await until('all marks are left', () => !remains(host.runId).some(isMarking));
  return remains(host.runId);
}

describe('two hosts on one store, of which one is killed with all that would clean up', () => {
  it('the janitor ends what the dead one left and touches nothing of the living one', async () => {
    const [marks, store] = [new Marks(), join(folder(), 'store.db')];
    const dead = await OtherHost.start(store, [away(marks, 'dead')]);
    const alive = await start({ store, children: [shells()] });
    const slot = `${marks.mark('alive')}; ${away(marks, 'own')} & ${marks.gate('go')}`;
    const run = await alive.runs.start({ slots: [slot], pool: 'shell' });
    const left = await marks.pid('dead-away');
    await marks.pid('dead');
    // By name: the gate's own sleeps carry the cookie too, and end every moment.
    const before = await Promise.all(['alive', 'own', 'own-away'].map((name) => marks.pid(name)));
    await dead.die();
    expect(lives(left)).toBe(true);
    const { hosts } = await sweep(store);
    const verdictOf = (runId: string) => hosts.find((host) => host.runId === runId)?.verdict;
    expect(verdictOf(dead.runId)).toEqual({ dead: true, why: 'gone' });
    expect(verdictOf(alive.runId)).toEqual({ dead: false, why: 'alive' });
    expect(remains(dead.runId)).toEqual([]);
    expect(before.filter((pid) => !lives(pid))).toEqual([]);
    marks.open('go');
    expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
    expect(await (await openReader(store)).runs.get(dead.run)).toMatchObject({ status: 'interrupted' });
  });

  it.skipIf(!IS_ROOT)(
    'one in another pid namespace is left alone as long as its lease runs, and leaves others alone',
    async () => {
      const [marks, store] = [new Marks(), join(folder(), 'store.db')];
      const here = await OtherHost.start(store, [away(marks, 'here')]);
      const before = await running(here, marks, 'here', 'here-away');
      // It looks for dead hosts when it starts.
      const elsewhere = await OtherHost.start(store, [away(marks, 'there')], ELSEWHERE);
      const there = await running(elsewhere, marks, 'there', 'there-away');
      expect(before.filter((pid) => !lives(pid))).toEqual([]);
      await here.die();
      silence(elsewhere, -60_000);
      const { hosts } = await sweep(store);
      expect(hosts.find(({ runId }) => runId === elsewhere.runId)?.verdict).toEqual({ dead: false, why: 'leased' });
      expect(remains(here.runId)).toEqual([]);
      expect(there.filter((pid) => !lives(pid))).toEqual([]);
    },
  );

  it.skipIf(!IS_ROOT)(
    'one that died in another pid namespace is swept by its cookies once its lease has run out',
    async () => {
      const [marks, store] = [new Marks(), join(folder(), 'store.db')];
      const elsewhere = await OtherHost.start(store, [away(marks, 'there')], ELSEWHERE);
      await running(elsewhere, marks, 'there', 'there-away');
      await elsewhere.die();
      silence(elsewhere, -60_000);
      await sweep(store);
      expect(remains(elsewhere.runId)).not.toEqual([]);
      silence(elsewhere, 60_000);
      const { hosts } = await sweep(store);
      expect(hosts.find(({ runId }) => runId === elsewhere.runId)).toMatchObject({
        verdict: { dead: true, why: 'expired' },
        clean: true,
      });
      expect(remains(elsewhere.runId)).toEqual([]);
    },
  );
});

describe('after a reboot', () => {
  it('pids of before mean nothing: no process is signalled for having one, and work goes on', async () => {
    const [marks, store] = [new Marks(), join(folder(), 'store.db')];
    const dead = await OtherHost.start(store, [`${marks.mark('up')}; ${marks.gate('go')}`]);
    await marks.pid('up');
    await dead.die();
    await until('its programs are gone', () => remains(dead.runId).length === 0, 20_000);
    const innocent = bystander();
    const identity = { ...readIdentity(innocent.pid ?? 0), bootId: 'before' };
    tamper(store, 'UPDATE hosts SET identity = ? WHERE run_id = ?', JSON.stringify(identity), dead.runId);
    tamper(store, 'UPDATE processes SET identity = ? WHERE run_id = ?', JSON.stringify(identity), dead.runId);
    silence(dead, -60_000);
    const { hosts } = await sweep(store);
    expect(hosts.find(({ runId }) => runId === dead.runId)?.verdict).toEqual({ dead: false, why: 'leased' });
    silence(dead, 60_000);
    const system = await start({ store, children: [shells()] });
    expect(lives(innocent.pid ?? 0)).toBe(true);
    innocent.kill('SIGKILL');
    await untilEvent(
      system,
      ({ type, data }) => type === 'host.fenced' && 'fenced' in data && data.fenced === dead.runId,
    );
    marks.open('go');
    const run = await system.runs.continue(dead.run);
    expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
  });
});
