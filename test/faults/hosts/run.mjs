// node test/faults/hosts/run.mjs FAULT FOLDER [PORT]
// Starts a host with that fault, its store at FOLDER/app.db, with an inspector (at a free port, if none is given), and prints
// {"fault","store","target","host","url"} as one line once the fault has shown. Ends when standard input does.
import { join } from 'node:path';
import { createSystem } from 'espalier';

const [name, folder, port = '0'] = process.argv.slice(2);
const { children, fault, end } = await import(`./${name}.mjs`);
const store = join(folder, 'app.db');
// A fault that shows again and again does not end its host before everybody has looked.
const tree = { children: children(folder), intensity: 1000 };
const system = await createSystem({ name, store, ...tree, inspector: { port: Number(port) } });
const target = await fault(system);
process.stdout.write(
  `${JSON.stringify({ fault: name, store, target, host: system.runId, url: system.inspector.url })}\n`,
  () => end?.(),
);
process.stdin.on('end', () => system.stop().finally(() => process.exit())).resume();
