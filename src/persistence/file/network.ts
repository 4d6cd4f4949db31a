/** File systems of which several machines see one file, by the number that `statfs` gives (Linux, `linux/magic.h`). */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS 2'],
  [0x7461636f, 'OCFS 2'],
]);

/**
 * The name of a file system that more than one machine may have mounted; null for any other. The log of a store is shared in
 * memory, which one kernel has for itself: hosts of two machines would damage it, and could not know of each other.
 *
 * @param type as in `statfs(path).type`
 */
export function networkFileSystem(type: number): string | null {
  // What is above 31 bits may come with a sign.
  return NETWORK.get(type >>> 0) ?? null;
}
