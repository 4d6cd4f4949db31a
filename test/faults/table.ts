/** A seeded fault: which host has it, and what `why` must name. `hosts/run.mjs` says how it is started. */
export interface Fault {
  readonly name: string;
  /** The cause of the first finding. */
  readonly cause: string;
  /** What the first sentence says. */
  readonly says: RegExp;
  /** What the machine must offer, beside Linux. */
  readonly needs?: 'small disk' | 'memory cgroup' | 'another user' | 'python';
  /** Whether the host does not outlive its fault. */
  readonly dies?: boolean;
}

export const FAULTS: readonly Fault[] = [
  { name: 'crash-loop', cause: 'crash_loop', says: /is in a crash loop: it ended \d+ times .* with exit code 7\./ },
  {
    name: 'boot-failure',
    cause: 'boot_failure',
    says: /never became ready: \d+ boots in a row failed.* exit code 3\./,
  },
  { name: 'hang', cause: 'unresponsive', says: /hung and was killed: .*said nothing for \d+ ms/ },
  {
    name: 'memory',
    cause: 'memory',
    says: /ran out of memory and ended by SIGKILL: the kernel counted/,
    needs: 'memory cgroup',
  },
  { name: 'memory-limit', cause: 'memory', says: /ran out of memory and ended with exit code 1\./, needs: 'python' },
  { name: 'killed', cause: 'killed', says: /was killed by SIGKILL, which nobody here sent/ },
  { name: 'protocol-error', cause: 'protocol_error', says: /broke the worker protocol .*received "loading\\n"/ },
  {
    name: 'poisoned-input',
    cause: 'poisoned_input',
    says: /poisoned input: each of its 3 attempts .* 2 other slots succeeded\./,
  },
  { name: 'lost-host', cause: 'lost_host', says: /was running when its host died/, dies: true },
  {
    name: 'full-disk',
    cause: 'full_disk',
    says: /^The disk of .* full: nothing could be written/,
    needs: 'small disk',
  },
  {
    name: 'suspect',
    cause: 'suspect',
    says: /is closed because what ran in it could not be proven gone/,
    needs: 'another user',
  },
  {
    name: 'slow-consumer',
    cause: 'slow_consumer',
    says: /slower than what is asked of them: .*limit 2, policy reject/,
  },
];
