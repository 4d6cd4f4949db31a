// The program is refused memory by its ulimit and gives up by itself.
import { pool } from 'espalier';

const script = "ulimit -v 200000; exec python3 -c 'x = bytearray(10**9)'";
export const children = () => [pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', script], size: 1 })];

export async function fault(system) {
  const run = await system.runs.start({ slots: ['a'], pool: 'shell' });
  await run.done();
  return `${run.id}:0`;
}
