import type { Faults } from '../fault.js';

const zygote = 'src/transport/process/zygote/zygote.c';
const pass = 'src/transport/process/sweep/pass.ts';
const conformance = 'test/transport/process/spawner.test.ts';

/** Processes: how they end, and who is killed. */
export const processes: Faults = {
  'a core dump is read as an exit code': {
    file: zygote,
    right: 'int exited = info.si_code == CLD_EXITED;',
    wrong: 'int exited = info.si_code != CLD_KILLED;',
    promise: 7,
    test: [conformance, 'also when it left its memory behind'],
  },
  'a group is killed after its program was collected': {
    file: zygote,
    right: `if (is_program) kill_group(program);
    uint64_t held = now_ticks();
    waitpid(pid, NULL, 0);`,
    wrong: `uint64_t held = now_ticks();
    waitpid(pid, NULL, 0);
    if (is_program) kill_group(program);`,
    test: ['test/transport/process/zygote/collecting.test.ts', 'before its program is collected'],
  },
  'a number that went to somebody else is killed': {
    file: pass,
    right: 'now !== null && now.startTicks === stat.startTicks && now.session',
    wrong: 'now !== null && now.session',
    promise: 2,
    test: ['test/transport/process/sweep/sweeper.test.ts', 'is left alone: who has it now'],
  },
  'a third Ctrl-C ends with 1': {
    file: 'src/cli/runs/signals.ts',
    right: 'process.exit(EXIT_INTERRUPTED)',
    wrong: 'process.exit(1)',
    test: ['test/cli/runs/signals-process.test.ts', 'the third ends the command'],
  },
  'a look at two passes is one': {
    file: 'src/transport/process/sweep/sweep.ts',
    right: 'const CLEAN_PASSES = 2;',
    wrong: 'const CLEAN_PASSES = 1;',
    test: ['test/transport/process/sweep/sweeper.test.ts', ''],
  },
  'a cookie is recognised by its beginning': {
    file: 'src/transport/process/sweep/match.ts',
    right: `cookie.endsWith('.') ? entry.startsWith(cookie) : entry === cookie`,
    wrong: 'entry.startsWith(cookie)',
    test: ['test/transport/process/sweep/match.test.ts', ''],
  },
  'what only may be ours is killed': {
    file: 'src/transport/process/sweep/match.ts',
    right: `return NONE;
  return { kind: 'suspect', reason: 'its pid`,
    wrong: `return NONE;
  return OURS;
  return { kind: 'suspect', reason: 'its pid`,
    promise: 2,
    test: ['test/transport/process/sweep/match.test.ts', ''],
  },
  'a process is known by its pid alone': {
    file: 'src/transport/process/proc/identity.ts',
    right: `expected.pid === found.pid &&
    expected.startTicks === found.startTicks`,
    wrong: 'expected.pid === found.pid',
    test: ['test/transport/process/proc/identity.test.ts', ''],
  },
  'a pid and a start prove whose a process is': {
    file: 'src/transport/process/proc/identity.ts',
    right: `proves(environment) ? 'ours' : 'unproven'`,
    wrong: `proves(environment) ? 'ours' : 'ours'`,
    test: ['test/transport/process/proc/identity.test.ts', 'takes the cookie as proof'],
  },
  'a watcher does not kill its group': {
    file: 'src/transport/process/zygote/child.c',
    right: 'kill(0, SIGKILL);',
    wrong: '',
    promise: 1,
    test: ['test/transport/process/zygote/death.test.ts', 'leaves its watchers'],
  },
  'the guardian sweeps nothing': {
    file: 'src/transport/process/helpers/guardian-main.ts',
    right: 'await sweeper.sweep({ cookies: [`${runId}.${generation}.`], startTicks: hostTicks, sessions });',
    wrong: '',
    promise: 1,
    test: ['test/transport/process/host-death.test.ts', 'with its forker'],
  },
  'the host forks its programs itself': {
    file: 'src/host/process-host.ts',
    right: 'return createForkerSpawner({',
    wrong:
      "const { createDirectSpawner } = await import('../transport/process/direct.js');\n    return createDirectSpawner({",
    promise: 9,
    test: ['test/system/hosts/off-the-loop.test.ts', 'forks nothing but its forker'],
  },
  'a look at all processes is taken in one piece': {
    file: 'src/transport/process/sweep/pass.ts',
    right: 'const CHUNK = 128;',
    wrong: 'const CHUNK = Number.POSITIVE_INFINITY;',
    promise: 9,
    test: ['test/transport/process/sweep/sweeper.test.ts', 'let everything else have its turn'],
  },
};
