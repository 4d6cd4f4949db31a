// `npm run otp -- --scenarios N [--seed S]`: plays N random scenarios with Erlang/OTP's supervisor and with ours.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { scenarios: { type: 'string', default: '1000' }, seed: { type: 'string' } } });
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const { module } = await runnerImport(main, { configFile: false, logLevel: 'error' });
const same = await module.main(Number(values.scenarios), Number(values.seed ?? Date.now() % 1_000_000));
process.exit(same ? 0 : 1);
