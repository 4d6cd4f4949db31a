import { LIVENESS_DEFAULTS } from '../../machines/worker/liveness.js';
import type { RecycleReason } from '../../machines/worker/recycle.js';
import type { PoolForHandle, PoolForSeat, PoolVariant } from '../pool/pool-actor.js';
import { commonParts } from '../pool/pool-options.js';
import type { StartContext } from '../tree/child-spec.js';
import type { ProcessServices } from '../worker/process-services.js';
import type { Program } from '../worker/program.js';
import { DEFAULT_GRACE_MS } from '../worker/worker-hands.js';
import { Affinity } from './affinity.js';
import { BootGate } from './boot-gate.js';
import { CircuitBreaker } from './breaker.js';
import { ContractCheck } from './contract.js';
import { MethodCatalog } from './method-catalog.js';
import { LiveProtocolPool } from './protocol-pool.js';
import type { ProtocolPoolOptions } from './protocol-pool-options.js';
import { ProtocolSeatDriver } from './protocol-seat.js';
import type { ProtocolSeat } from './protocol-worker.js';

const BOOT_MS = 30_000;
const CANCEL_GRACE_MS = 5000;
/** Workers of one pool that boot at once. */
const BOOTING_AT_ONCE = 10;
const SESSION_TTL_MS = 3_600_000;
const MAX_SESSIONS = 10_000;

/** What makes a pool one of workers that serve calls. */
export function protocolVariant(
  options: ProtocolPoolOptions,
  context: StartContext,
  services: ProcessServices,
  program: Program,
): PoolVariant<ProtocolSeat> {
  const catalog = new MethodCatalog(context.path);
  const gate = new BootGate(BOOTING_AT_ONCE);
  const driver = (pool: PoolForSeat<ProtocolSeat>) =>
    new ProtocolSeatDriver({
      ...pool,
      ...seatParts(options),
      services,
      desk: services.desk,
      program,
      gate,
      onReady: ({ methods }) => catalog.learn(methods),
      random: () => context.env.random(),
    });
  return {
    mode: 'protocol',
    ...commonParts(options),
    driver,
    handle: (pool) => new LiveProtocolPool({ ...pool, ...protocolParts(options, context, services, pool), catalog }),
    recycled: (seat, reason) => journalRecycled(services, seat, reason),
  };
}

function seatParts(options: ProtocolPoolOptions) {
  const { graceMs = DEFAULT_GRACE_MS, bootMs = BOOT_MS, config = null, window = null, prefetch = 1, onAsk } = options;
  const { heartbeatMs = LIVENESS_DEFAULTS.heartbeatMs, silenceMs = LIVENESS_DEFAULTS.silenceMs } = options;
  const { maxCalls, ttl, idleTtl, maxRss, stdio } = options;
  const liveness = { heartbeatMs, silenceMs };
  return {
    graceMs,
    bootMs,
    config,
    window,
    prefetch,
    onAsk,
    stdio,
    liveness,
    recycling: { maxCalls, ttl, idleTtl, maxRss },
  };
}

function protocolParts(
  options: ProtocolPoolOptions,
  { path, env }: StartContext,
  { clock, desk, journal }: ProcessServices,
  { isServing }: PoolForHandle<ProtocolSeat>,
) {
  const { cancelGraceMs = CANCEL_GRACE_MS, retry = null, breaker: policy } = options;
  const { affinity: strictness = 'hint', sessionTtl = SESSION_TTL_MS, maxSessions = MAX_SESSIONS } = options;
  const affinity = new Affinity<ProtocolSeat>(
    { pool: path, policy: strictness, ttl: sessionTtl, limit: maxSessions, clock },
    isServing,
  );
  const breaker = policy ? new CircuitBreaker(path, policy, clock, journal) : null;
  const contract = options.contract ? new ContractCheck(path, options.contract) : null;
  return { clock, desk, contract, affinity, cancelGraceMs, breaker, retry, random: () => env.random() };
}

function journalRecycled({ journal }: ProcessServices, seat: ProtocolSeat, reason: RecycleReason): void {
  const { now, readyAt, calls, rss } = seat.wear();
  const detail = reason === 'wish' ? (seat.wish ?? '') : '';
  journal({
    type: 'worker.recycled',
    path: seat.path,
    incarnation: seat.incarnation,
    data: { reason, detail, calls, ageMs: Math.max(0, now - readyAt), rss },
  });
}
