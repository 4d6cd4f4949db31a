// The folder is a disk that is nearly full: what the run prints is more than it holds.
import { pool } from 'espalier';

const script = 'head -c 200000 /dev/zero | tr "\\0" x';
export const children = () => [pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', script], size: 1 })];

export async function fault(system) {
  const run = await system.runs.start({ slots: Array.from({ length: 50 }, String), pool: 'shell', concurrency: 1 });
  await run.done().catch(() => undefined);
  return run.id;
}
