// node test/faults/hosts/run.mjs FAULT FOLDER [PORT]
// Starts a host with that fault, its store at FOLDER/app.db (with an inspector at PORT, if one is given), and prints
// {"fault","store","target","host"} as one line once the fault has shown. Ends when standard input does.
import { join } from 'node:path';
import { createSystem } from 'espalier';

const [name, folder, port] = process.argv.slice(2);
const { children, fault, end } = await import(`./${name}.mjs`);
const store = join(folder, 'app.db');
const inspector = port === undefined ? {} : { inspector: { port: Number(port) } };
const system = await createSystem({ name, store, children: children(folder), ...inspector });
const target = await fault(system);
process.stdout.write(`${JSON.stringify({ fault: name, store, target, host: system.runId })}\n`, () => end?.());
process.stdin.on('end', () => system.stop().finally(() => process.exit())).resume();
