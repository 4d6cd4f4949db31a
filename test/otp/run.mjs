// `npm run otp -- --scenarios N [--seed S]`: plays N scenarios with Erlang/OTP's supervisor and with ours.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { scenarios: { type: 'string', default: '200' }, seed: { type: 'string' } } });
const env = { ...process.env, OTP_SCENARIOS: values.scenarios, ...(values.seed ? { OTP_SEED: values.seed } : {}) };
const args = ['vitest', 'run', '--mode', 'slow', 'test/otp'];
process.exit(spawnSync('npx', args, { stdio: 'inherit', env }).status ?? 1);
