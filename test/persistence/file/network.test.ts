import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { networkFileSystem } from '../../../src/persistence/file/network.js';

it.each([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  // As a system says it that has 32 bits and a sign.
  [0xff534d42 | 0, 'CIFS'],
  [0x00c36400, 'Ceph'],
])('knows a file system that several machines share by its number: %i', (type, name) => {
  expect(networkFileSystem(type)).toBe(name);
});

it.each([
  ['ext4', 0xef53],
  ['tmpfs', 0x01021994],
  ['overlay', 0x794c7630],
  ['of this folder', statfsSync(tmpdir()).type],
])('takes any other for one of this machine: %s', (_, type) => {
  expect(networkFileSystem(type)).toBeNull();
});
