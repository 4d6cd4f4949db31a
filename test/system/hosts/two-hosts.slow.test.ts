import { existsSync, readdirSync, rmSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openReader, sweep } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it, vi } from 'vitest';
import { readIdentity } from '../../../src/transport/process/proc/identity.js';
import { listPids, readCommandLine, readEnvironment, readStat } from '../../../src/transport/process/proc/proc.js';
import { required } from '../../support/required.js';
import { bystander } from '../../transport/process/innocents.js';
import { lives, until } from '../../transport/process/support.js';
import { ELSEWHERE, OtherHost, tamper } from '../support/other-host.js';
import { folder, Marks, remains, shells, start } from '../support/support.js';

// Each starts hosts of its own, and that takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const ZYGOTE = fileURLToPath(new URL(`../../../dist/transport/process/zygote/zygote-${arch()}`, import.meta.url));
const IS_ROOT = required('root, for namespaces', process.getuid?.() === 0);
const HAS_ZYGOTE = required('a C compiler, for the zygote', existsSync(ZYGOTE));

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

/** What a sweep says of another host, once it says that it is dead or living. */
async function judged(store: string, { runId }: OtherHost, dead: boolean) {
  for (;;) {
    const { hosts } = await sweep(store);
    const found = hosts.find((host) => host.runId === runId);
    if (found?.verdict.dead === dead) return found;
  }
}

/** All that serves a host: its forker, that one's zygote, and those who watch over them. */
function helpersOf(runId: string): readonly number[] {
  const own = listPids().filter((pid) => holds(pid, `ESPALIER_HELPER=${runId}`));
  const isZygote = (pid: number) =>
    readCommandLine(pid)[0] === 'espalier-zygote' && own.includes(readStat(pid)?.parent ?? 0);
  return [...own, ...listPids().filter(isZygote)];
}

function holds(pid: number, entry: string): boolean {
  const environment = readEnvironment(pid);
  return Buffer.isBuffer(environment) && environment.includes(entry);
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
    'one in another pid namespace is left alone as long as it lives, stopped or silent, and leaves others alone',
    async () => {
      const [marks, store] = [new Marks(), join(folder(), 'store.db')];
      const here = await OtherHost.start(store, [away(marks, 'here')]);
      const before = await running(here, marks, 'here', 'here-away');
      // It looks for dead hosts when it starts.
      const elsewhere = await OtherHost.start(store, [away(marks, 'there')], ELSEWHERE);
      const there = await running(elsewhere, marks, 'there', 'there-away');
      expect(before.filter((pid) => !lives(pid))).toEqual([]);
      await here.die();
      await elsewhere.stop();
      silence(elsewhere, 60_000);
      const { hosts } = await sweep(store);
      expect(hosts.find(({ runId }) => runId === elsewhere.runId)?.verdict).toEqual({ dead: false, why: 'locked' });
      expect(remains(here.runId)).toEqual([]);
      expect(there.filter((pid) => !lives(pid))).toEqual([]);
    },
  );

  it.skipIf(!IS_ROOT)(
    'one that died in another pid namespace is swept by its cookies at once: the kernel has let go of its lock',
    async () => {
      const [marks, store] = [new Marks(), join(folder(), 'store.db')];
      const elsewhere = await OtherHost.start(store, [away(marks, 'there')], ELSEWHERE);
      await running(elsewhere, marks, 'there', 'there-away');
      await elsewhere.die();
      silence(elsewhere, -60_000);
      expect(await judged(store, elsewhere, true)).toMatchObject({ verdict: { why: 'released' }, clean: true });
      expect(remains(elsewhere.runId)).toEqual([]);
      expect(readdirSync(dirname(store)).filter((name) => name.includes(elsewhere.runId))).toEqual([]);
    },
  );

  it.skipIf(!IS_ROOT || !HAS_ZYGOTE)(
    'one in another pid namespace counts as dead only when what starts its programs is gone, too',
    async () => {
      const [marks, store] = [new Marks(), join(folder(), 'store.db')];
      const elsewhere = await OtherHost.start(store, [away(marks, 'there')], ELSEWHERE);
      await running(elsewhere, marks, 'there', 'there-away');
      const helpers = helpersOf(elsewhere.runId);
      for (const pid of helpers) process.kill(pid, 'SIGSTOP');
      await elsewhere.kill();
      expect(await judged(store, elsewhere, false)).toMatchObject({ verdict: { why: 'locked' } });
      for (const pid of helpers) process.kill(pid, 'SIGKILL');
      expect(await judged(store, elsewhere, true)).toMatchObject({ verdict: { why: 'released' } });
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
    // What its lock would say is not needed: nothing outlives a boot.
    rmSync(`${store}-host-${dead.runId}`);
    silence(dead, -60_000);
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
