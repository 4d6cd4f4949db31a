import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { flaws } from '../../sim/flaws.js';
import { Random } from '../../sim/random.js';
import { Look } from '../../sim/seen.js';
import { folder } from '../../system/support/support.js';
import { JOB_POLICY, jobNumber, jobWorld, newJob } from '../families/jobs/world.js';

const SEED = Number(process.env.ESPALIER_SEED ?? 20_261_201);
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

const fileRow = z.object({ file: z.string() });

/** An operation that was acknowledged: where the log ended then, and all that stood in the store. */
interface Acknowledged {
  readonly salt: string;
  readonly frames: number;
  readonly seen: string;
}

/** What the log of a store is: its salt, and how many of its frames bear that. */
function walOf(bytes: Buffer): { readonly salt: string; readonly frameBytes: number; readonly frames: number } {
  const salt = bytes.toString('hex', 16, 24);
  const frameBytes = FRAME_HEADER + bytes.readUInt32BE(8);
  let frames = 0;
  for (let at = WAL_HEADER; at + frameBytes <= bytes.length; at += frameBytes) {
    if (bytes.toString('hex', at + 8, at + 16) !== salt) break;
    frames += 1;
  }
  return { salt, frameBytes, frames };
}

/** Jobs that are submitted, claimed, ended, cancelled and told to wait; the log begins anew half way. */
function work(random: Random, operations: number) {
  const world = jobWorld();
  const file = String(world.db.one(fileRow, 'PRAGMA database_list')?.file);
  const look = new Database(file, { readonly: true });
  const seen = new Look(look);
  const acknowledged: Acknowledged[] = [];
  world.play('limits.set', { by: '', name: 'l', settings: { concurrency: 2, rate: null } });
  let jobs = 0;
  const running: { n: number; epoch: number }[] = [];
  for (let operation = 0; operation < operations; operation += 1) {
    if (operation === operations >> 1) world.db.execute('PRAGMA wal_checkpoint(RESTART)');
    const claimed = (answer: unknown) => {
      const next = z.array(z.object({ jobId: z.string(), epoch: z.number() })).parse(answer);
      running.push(...next.map(({ jobId, epoch }) => ({ n: Number.parseInt(jobId.split('-')[1] ?? '', 36), epoch })));
    };
    const ended = random.chance(0.5) ? running.shift() : undefined;
    if (ended !== undefined) world.finish(ended.n, ended.epoch, random.chance(0.7) ? 'succeeded' : 'failed');
    else if (random.chance(0.4)) claimed(world.claim('a', { count: 2 }));
    else if (random.chance(0.2))
      world.play('jobs.cancel', { by: '', jobId: jobNumber(1 + random.below(jobs + 1)), reason: null });
    else {
      jobs += 1;
      const after = jobs > 1 && random.chance(0.3) ? [jobNumber(jobs - 1)] : [];
      world.submit(newJob(jobs, { after, limits: random.chance(0.4) ? ['l'] : [], policy: JOB_POLICY }));
    }
    world.clock.now += 50;
    const { salt, frames } = walOf(readFileSync(`${file}-wal`));
    acknowledged.push({ salt, frames, seen: JSON.stringify(seen.all()) });
  }
  look.close();
  return { file, acknowledged, close: () => world.db.close() };
}

it('a store whose log is cut anywhere is whole, and has all that was acknowledged within what is left of it, and no half of the next', () => {
  const { file, acknowledged, close } = work(new Random(SEED), 120);
  const place = folder();
  const [copy, log] = [join(place, 'copy.db'), readFileSync(`${file}-wal`)];
  const base = readFileSync(file);
  const { salt, frameBytes, frames } = walOf(log);
  expect(acknowledged.filter((one) => one.salt !== salt).length).toBeGreaterThan(10);
  expect(acknowledged.filter((one) => one.salt === salt).length).toBeGreaterThan(10);
  const random = new Random(SEED + 1);
  let cuts = 0;
  /** Opens the store with that log, of which so many frames are whole. */
  const requireWhole = (bytes: Buffer, whole: number) => {
    writeFileSync(copy, base);
    writeFileSync(`${copy}-wal`, bytes);
    const db = new Database(copy);
    try {
      cuts += 1;
      const last = acknowledged.findLast((one) => one.salt !== salt || one.frames <= whole);
      const seen = new Look(db).all();
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect({ whole, seen: JSON.stringify(seen) }).toEqual({ whole, seen: last?.seen });
      expect(flaws(seen)).toEqual([]);
    } finally {
      db.close();
    }
  };
  for (let whole = 0; whole <= frames; whole += 1) {
    const at = WAL_HEADER + whole * frameBytes;
    requireWhole(log.subarray(0, at), whole);
    if (whole === frames) break;
    requireWhole(log.subarray(0, at + 1 + random.below(frameBytes - 1)), whole);
    // A page that was not yet written when its successors were.
    const torn = Buffer.from(log);
    torn.fill(0, at + FRAME_HEADER + random.below(frameBytes - FRAME_HEADER - 512), at + frameBytes);
    torn[at + frameBytes - 1] = (log[at + frameBytes - 1] ?? 0) ^ 1;
    requireWhole(torn, whole);
  }
  close();
  console.info(`ESPALIER_SEED=${SEED}: ${frames} frames, ${cuts} cuts, ${acknowledged.length} operations`);
});
