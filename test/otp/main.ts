import { fileURLToPath } from 'node:url';
import { Cells } from './cells.js';
import { Erlang } from './erlang.js';
import { script } from './script.js';
import { search, shrink } from './search.js';

/** Plays so many scenarios on both sides, says how it went, and answers whether there was no difference. */
export async function main(scenarios: number, seed: number): Promise<boolean> {
  const erlang = new Erlang(fileURLToPath(new URL('supervisor.escript', import.meta.url)));
  try {
    return await play(scenarios, seed, erlang);
  } finally {
    erlang.close();
  }
}

async function play(scenarios: number, seed: number, erlang: Erlang): Promise<boolean> {
  const started = Date.now();
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  const onProgress = (done: number) => say(`${done} of ${scenarios} in ${seconds()}`);
  const found = await search({ scenarios, seed, erlang, Ours: Cells, onProgress });
  if (!found) {
    say(`${scenarios} scenarios of seed ${seed} without a difference, in ${seconds()}`);
    return true;
  }
  const smallest = await shrink(found, erlang, Cells);
  say(`scenario ${found.number} of seed ${seed} differs; as small as it gets:\n\n${script(smallest)}\n`);
  return false;
}
