import type { Faults } from '../fault.js';

const zygote = 'src/transport/process/zygote/zygote.c';
const pass = 'src/transport/process/sweep/pass.ts';
const conformance = 'test/process/spawner.test.ts';

/** Processes: how they end, and who is killed. */
export const processes: Faults = {
  'a core dump is read as an exit code': {
    file: zygote,
    right: 'int exited = info.si_code == CLD_EXITED;',
    wrong: 'int exited = info.si_code != CLD_KILLED;',
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
    test: ['test/process/zygote/collecting.test.ts', 'before its program is collected'],
  },
  'a number that went to somebody else is killed': {
    file: pass,
    right: 'now !== null && now.startTicks === stat.startTicks && now.session',
    wrong: 'now !== null && now.session',
    test: ['test/process/sweep/sweeper.test.ts', 'is left alone: who has it now'],
  },
  'a third Ctrl-C ends with 1': {
    file: 'src/cli/signals.ts',
    right: 'process.exit(EXIT_INTERRUPTED)',
    wrong: 'process.exit(1)',
    test: ['test/cli/signals-process.test.ts', 'the third ends the command'],
  },
};
