import { pool } from 'espalier';

const script = 'test "$1" != poison || { echo "cannot parse poison" >&2; exit 4; }';
export const children = () => [pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', script, 'sh', '{}'], size: 2 })];

export async function fault(system) {
  const run = await system.runs.start({ slots: ['a', 'poison', 'b'], pool: 'shell', retries: 2 });
  await run.done();
  return `${run.id}:1`;
}
