/**
 * To kill 0 is to kill one's own group: the tests, and whatever began them, without a word. A pid that was read where there
 * was none yet comes to that.
 */
const kill = process.kill.bind(process);
process.kill = (pid, signal) => {
  if (Math.abs(pid) > 1 || signal === 0) return kill(pid, signal);
  throw new Error(`the tests would kill themselves: process.kill(${pid})`);
};
