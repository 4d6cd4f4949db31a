import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lookAtHostLock } from '../../../dist/persistence/file/host-lock.js';
import { JobHost } from '../../system/support/job-host.js';
import { until } from '../../transport/process/support.js';
import { newFile, open, openHost } from '../support/world.js';

const lockOf = (store: string, { runId }: JobHost) => `${store}-host-${runId}`;

it('the lock of a host is held while it lives, also stopped, and free as soon as it was killed', async () => {
  const store = newFile();
  const host = await JobHost.start(store);
  const lock = lockOf(store, host);
  expect(lookAtHostLock(lock)).toBe('held');
  host.process.kill('SIGSTOP');
  expect(lookAtHostLock(lock)).toBe('held');
  const [killed] = [once(host.process, 'exit'), host.process.kill('SIGKILL')];
  await killed;
  await until('what started its programs is gone', () => lookAtHostLock(lock) === 'free');
  expect(lookAtHostLock(lock)).toBe('free');
});

it('a host that stops in order leaves none, and the next takes away that of a dead one', async () => {
  const store = newFile();
  const [stopped, killed] = [await JobHost.start(store), await JobHost.start(store)];
  await stopped.stop();
  expect(lookAtHostLock(lockOf(store, stopped))).toBe('missing');
  await killed.kill();
  expect(existsSync(lockOf(store, killed))).toBe(true);
  const next = await JobHost.start(store);
  expect(existsSync(lockOf(store, killed))).toBe(false);
  await next.stop();
});

it('two hosts of one process know of each other’s locks, and looking takes none away', async () => {
  const store = newFile();
  const [first, second] = [await openHost(store, 'a'), await openHost(store, 'b')];
  const locks = [first.lock ?? '', second.lock ?? ''];
  for (let look = 0; look < 3; look += 1) expect(locks.map(lookAtHostLock)).toEqual(['held', 'held']);
  await second.hosts.end('b');
  await second.close();
  expect(locks.map(lookAtHostLock)).toEqual(['held', 'missing']);
  // One that closes and could not say that it has ended is known by that.
  const third = await openHost(store, 'c');
  await third.close();
  expect(lookAtHostLock(third.lock ?? '')).toBe('free');
  // Whoever only says something in a store holds none, and the file is for those alone who may see the store.
  expect((await open(store)).lock).toBeNull();
  expect(statSync(locks[0] ?? '').mode & 0o777).toBe(0o600);
});
